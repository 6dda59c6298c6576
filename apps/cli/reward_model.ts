/** Rewards for commands: a reward model of this machine as a function of episodes. */
import { checkFits, type Device, loadModel } from "@tare/core";
import { checkVocabulary, loadTokenizer } from "@tare/data";
import { modelReward, type RewardModel } from "@tare/finetune";
import type { Episode, Reward } from "@tare/sampler";
import type { Context } from "./command.ts";
import { fingerprint, tokenizerFingerprint } from "./fingerprint.ts";
import { UsageError } from "./flags.ts";
import type { HubOptions } from "./hub.ts";
import { openModel, readConfig, roomOf, within } from "./model.ts";

/** Flags that say what scores episodes. */
export const rewardFlags = {
  reward: { type: "text", value: "DIR|ID", help: "reward model: a folder, a run of tare reward, or a repository" },
} as const;

/** What they say. */
export interface RewardValues extends HubOptions {
  readonly reward?: string;
  readonly "micro-tokens"?: number;
}

/** What scores episodes. */
export interface OpenedReward {
  /** The function; its id is the model's fingerprint. */
  readonly reward: Reward<Episode>;
  /** Most tokens of prompt and response together. */
  readonly positions: number;
  /** The model, on the device. */
  readonly model: RewardModel;
}

/**
 * Opens what `--reward` names.
 *
 * @param values The flags.
 * @param device Where the model goes.
 * @param policyTokenizer What {@linkcode tokenizerFingerprint} says of the policy's files: with the same tokenizer, ids are taken
 *   as they were drawn. Without it texts are encoded anew.
 * @param context For downloads.
 * @throws {UsageError} If nothing is named.
 * @throws {RangeError} If it is no reward model, or does not fit.
 */
export async function openReward(
  values: RewardValues,
  device: Device,
  policyTokenizer: string | undefined,
  context: Context,
): Promise<OpenedReward> {
  const { reward: name, "micro-tokens": microTokens = 2048 } = values;
  if (name === undefined) throw new UsageError("Expected --reward with a reward model");
  const files = await openModel(name, values, context);
  return await within(name, async () => {
    const config = await readConfig(name, files);
    const same = policyTokenizer === await tokenizerFingerprint(files);
    const tokenizer = same ? undefined : await loadTokenizer(files);
    if (tokenizer) checkVocabulary(tokenizer, config.vocabulary);
    // A forward pass alone takes less than the cheapest of the predictions.
    checkFits(config, { mode: "generate", tokens: microTokens, pack: false, kind: device.kind }, roomOf(device));
    const { score, ...model } = await loadModel(device, files);
    if (!score) throw new RangeError("Expected a reward model but found one without a score: train one by tare reward");
    const options = { device, model: { ...model, score }, id: await fingerprint(files), tokenizer, microTokens };
    return { reward: modelReward(options), positions: config.positions, model: options.model };
  });
}
