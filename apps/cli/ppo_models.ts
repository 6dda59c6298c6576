/** The models of a PPO run on a device: fresh, or as a state has them. */
import {
  copyTree,
  cpuMemoryBytes,
  type Device,
  type Model,
  type ModelConfig,
  type Placed,
  predictMemory,
} from "@tare/core";
import type { RewardModel } from "@tare/finetune";
import { criticOf, type PpoConfig, type PpoState } from "@tare/ppo";
import { UsageError } from "./flags.ts";
import { roomOf } from "./model.ts";
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
 * @throws {UsageError} If it is a reward model that is not on this machine.
 */
export function criticStart(
  kind: "zero" | "reward",
  policy: Model,
  reward: RewardModel | undefined,
  { config, shift }: { config: PpoConfig; shift?: number },
): CriticStart {
  if (kind === "zero") return { from: policy };
  if (!reward) {
    throw new UsageError("Expected --critic zero with --reward-url: the reward model is not on this machine");
  }
  return { from: reward, shift, scale: config.rewardScale === "running" ? 1 : config.rewardScale };
}

/**
 * Refuses models that do not fit into memory together, before weights are read: policy and critic learn, the reference and a
 * reward model, taken to be of the policy's size, stand still.
 */
export function checkPpoRoom(
  device: Device,
  config: ModelConfig,
  values: { readonly "micro-tokens": number; readonly "lora-rank"?: number; readonly recompute: boolean },
): void {
  const { "micro-tokens": tokens, "lora-rank": rank, recompute } = values;
  const mode = rank === undefined ? "sft" : "lora";
  const one = predictMemory(config, { mode, tokens, recompute, rank, kind: device.kind });
  const others = rank === undefined ? 3 : 1; // critic, reference and reward model, or this one beside the shared trunk
  const need = one.reserved + one.adapter + one.gradients + one.optimizer + others * one.weights;
  const room = device.kind === "cpu" ? Math.min(roomOf(device), cpuMemoryBytes) : roomOf(device);
  if (need <= room) return;
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  throw new RangeError(
    `PPO with policy, critic, reference and reward model needs ${gb(need)} on the ${device.kind} device, which has ` +
      `${gb(room)}: ${
        rank === undefined ? "train adapters (--lora-rank)" : "lower --micro-tokens, or set --recompute"
      }, or ` +
      `take a smaller model`,
  );
}
