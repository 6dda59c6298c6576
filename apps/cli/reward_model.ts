/** Rewards for commands: a reward model of this machine or of a server, as a function of episodes. */
import { checkFits, type CheckpointFiles, type Device, loadModel, type ModelConfig } from "@tare/core";
import { checkVocabulary, loadTokenizer, type Tokenizer } from "@tare/data";
import { modelReward, type RewardModel } from "@tare/finetune";
import type { Episode, Reward } from "@tare/sampler";
import type { Context } from "./command.ts";
import { fingerprint, tokenizerFingerprint } from "./fingerprint.ts";
import { UsageError } from "./flags.ts";
import type { HubOptions } from "./hub.ts";
import { openModel, readConfig, roomOf, within } from "./model.ts";
import { findRemote } from "./remote_reward.ts";

/** Flags that say which reward model of this machine scores episodes. */
export const rewardFlags = {
  reward: { type: "text", value: "DIR|ID", help: "reward model: a folder, a run of tare reward, or a repository" },
} as const;

/** What they say. */
export interface RewardValues extends HubOptions {
  readonly reward?: string;
  readonly "reward-url"?: string;
  readonly "reward-kind"?: "classify" | "openrlhf";
  readonly "reward-name"?: string;
  readonly "micro-tokens"?: number;
}

/** What scores episodes, ready to do so. */
export interface OpenedReward {
  /** The function; its id is the model's fingerprint, or the server's name. */
  readonly reward: Reward<Episode>;
  /** Most tokens of prompt and response together; what a server takes is not known: Infinity. */
  readonly positions: number;
  /** The model, on the device; a server's is not there. */
  readonly model?: RewardModel;
  /** What encodes texts anew, where ids are not taken as they were drawn. */
  readonly tokenizer?: Tokenizer;
}

/** What scores episodes, before weights are read. */
export interface FoundReward extends Omit<OpenedReward, "reward" | "model" | "tokenizer"> {
  /** What the user calls it. */
  readonly name: string;
  /** Id of the function. */
  readonly id: string;
  /** What its ids mean, as {@linkcode tokenizerFingerprint} says it; of a server nobody knows. */
  readonly ids?: string;
  /** Whether it needs a device. */
  readonly local: boolean;
  /**
   * Makes it ready.
   *
   * @param device Where the model goes; a server needs none.
   * @param policyTokenizer What {@linkcode tokenizerFingerprint} says of the policy's files: with the same tokenizer, ids are
   *   taken as they were drawn. Without it texts are encoded anew.
   * @param tokenizer The policy's, by which a server gets special tokens as text.
   */
  open(device: Device | undefined, policyTokenizer?: string, tokenizer?: Tokenizer): Promise<OpenedReward>;
}

/**
 * Finds what `--reward` or `--reward-url` names.
 *
 * @throws {UsageError} If that is nothing, or both.
 */
export async function findReward(values: RewardValues, context: Context): Promise<FoundReward> {
  const { reward: name, "reward-url": url } = values;
  if ((name === undefined) === (url === undefined)) {
    throw new UsageError(
      `Expected --reward with a reward model, or --reward-url with the address of a server, but found ${
        name === undefined ? "neither" : "both"
      }`,
    );
  }
  const alone = url === undefined &&
    (["reward-kind", "reward-name"] as const).find((flag) => values[flag] !== undefined);
  if (alone) throw new UsageError(`Expected --reward-url beside --${alone}: --reward is a model of this machine`);
  if (url === undefined) return await findModel(name!, values, context);
  return findRemote(url, values, context);
}

/**
 * Opens a reward model of this machine, or a server's; see {@linkcode findReward}.
 *
 * @param values The flags.
 * @param device Where the model goes.
 * @param policyTokenizer As {@linkcode FoundReward} has it.
 * @param context For downloads.
 * @param tokenizer The policy's, as {@linkcode FoundReward} has it.
 * @throws {UsageError} If nothing is named.
 * @throws {RangeError} If it is no reward model, or does not fit.
 */
export async function openReward(
  values: RewardValues,
  device: Device,
  policyTokenizer: string | undefined,
  context: Context,
  tokenizer?: Tokenizer,
): Promise<OpenedReward> {
  return await (await findReward(values, context)).open(device, policyTokenizer, tokenizer);
}

async function findModel(name: string, values: RewardValues, context: Context): Promise<FoundReward> {
  const { "micro-tokens": microTokens = 2048 } = values;
  const files = await openModel(name, values, context);
  const config = await readConfig(name, files);
  const { positions } = config;
  const [id, ids] = await within(name, async () => [await fingerprint(files), await tokenizerFingerprint(files)]);
  return {
    ...{ name, id, ids, positions, local: true },
    open: async (device, policyTokenizer) =>
      await within(name, async () => {
        const tokenizer = policyTokenizer === ids ? undefined : await loadTokenizer(files);
        if (tokenizer) checkVocabulary(tokenizer, config.vocabulary);
        const model = await loadRewardModel(device!, files, config, microTokens);
        const reward = modelReward({ device: device!, model, id, tokenizer, microTokens });
        return { reward, positions, model, tokenizer };
      }),
  };
}

async function loadRewardModel(
  device: Device,
  files: CheckpointFiles,
  config: ModelConfig,
  tokens: number,
): Promise<RewardModel> {
  // A forward pass alone takes less than the cheapest of the predictions.
  checkFits(config, { mode: "generate", tokens, pack: false, kind: device.kind }, roomOf(device));
  const { score, params } = await loadModel(device, files);
  if (score) return { config, params, score };
  throw new RangeError("Expected a reward model but found one without a score: train one by tare reward");
}
