/** The models of a PPO run on a device: fresh, or as a state has them. */
import { copyTree, type Device, type Model, type ModelConfig, type Placed, predictMemory } from "@tare/core";
import type { RewardModel } from "@tare/finetune";
import { criticOf, type PpoConfig, type PpoState } from "@tare/ppo";
import { roomOf } from "./model.ts";
import type { PpoValues } from "./ppo_flags.ts";
import type { Placed as Started } from "./start.ts";

/** Who learns, and what from. */
export interface PpoModels {
  readonly policy: Placed;
  readonly reference: Placed;
  /** Absent with RLOO. */
  readonly critic?: Placed;
}

/** What a critic begins as: a model with a scalar head or without, and how its scores become values. */
export interface CriticStart {
  readonly from: Model;
  readonly shift?: number;
  readonly scale?: number;
}

/** How {@linkcode placeModels} makes them. */
export interface PpoModelOptions {
  /** What the critic begins as. Absent with RLOO. */
  readonly critic?: CriticStart;
  /** Rank and alpha, where adapters are trained. */
  readonly adapter?: { readonly rank: number; readonly alpha: number };
  /** Decides the critic's adapter. */
  readonly seed: number;
  /** What an earlier run left. */
  readonly state?: PpoState;
}

/**
 * Makes policy, reference and critic of what training begins with. With adapters all share one trunk, which stands still and
 * is the reference; else each has a copy.
 */
export function placeModels(device: Device, started: Started, options: PpoModelOptions): PpoModels {
  const { critic: { from, ...shifted } = {}, adapter, seed, state } = options;
  const reference = { device, model: started.model };
  if (adapter) {
    const critic = from && criticOf({ device, model: from }, { ...shifted, adapter, seed });
    return { policy: { ...reference, adapter: started.adapter }, reference, ...critic && { critic } };
  }
  const { config, params } = started.model;
  const policy = { device, model: { config, params: state?.policy.params.params ?? copyTree(params) } };
  if (!from) return { policy, reference };
  const left = state?.critic?.params;
  const critic = left
    ? { device, model: { config: from.config, params: left.params!, score: left.score! } }
    : criticOf({ device, model: from }, shifted);
  return { policy, reference, critic };
}

/**
 * What `--critic` says that the critic begins as.
 *
 * @param shift The mean baseline, if baselines are subtracted: what the reward model scores above the reward.
 */
export function criticStart(
  kind: "zero" | "reward",
  policy: Model,
  reward: RewardModel | undefined,
  { config, shift }: { config: PpoConfig; shift?: number },
): CriticStart {
  if (kind === "zero") return { from: policy };
  return { from: reward!, shift, scale: config.rewardScale === "running" ? 1 : config.rewardScale };
}

/**
 * Refuses models that do not fit into memory together, before weights are read: policy and critic learn, the reference and a
 * reward model, taken to be of the policy's size, stand still. With RLOO there is no critic; a server's model is elsewhere.
 */
export function checkPpoRoom(
  device: Device,
  config: ModelConfig,
  values: Pick<PpoValues, "advantages" | "micro-tokens" | "recompute"> & {
    readonly "lora-rank"?: number;
    readonly "reward-url"?: string;
  },
): void {
  const { advantages, "micro-tokens": tokens, "lora-rank": rank, recompute } = values;
  const mode = rank === undefined ? "sft" : "lora";
  const one = predictMemory(config, { mode, tokens, recompute, rank, kind: device.kind });
  const critic = advantages === "gae" ? one.adapter + one.gradients + one.optimizer : 0;
  const trunks = rank === undefined ? 1 + (advantages === "gae" ? 1 : 0) : 0; // reference and critic; adapters share one
  const others = trunks + (values["reward-url"] === undefined ? 1 : 0);
  const need = one.reserved + critic + others * one.weights;
  const room = roomOf(device);
  if (need <= room) return;
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  const names = [
    ...["policy", "reference"],
    ...advantages === "gae" ? ["critic"] : [],
    ...values["reward-url"] === undefined ? ["reward model"] : [],
  ];
  throw new RangeError(
    `PPO with ${names.slice(0, -1).join(", ")} and ${names.at(-1)} needs ${
      gb(need)
    } on the ${device.kind} device, which ` +
      `has ${gb(room)}: ${
        rank === undefined ? "train adapters (--lora-rank)" : "lower --micro-tokens, or set --recompute"
      }, or take a smaller model`,
  );
}
