/** Numbers of a response's tokens: where they are predicted, and what a model says of each. */
import { type Device, type Placed, predictions, scan, score, type Tensor, tokenLogProb } from "@tare/core";
import { type Trainable, trainableOf, transformerOf } from "@tare/core";
import { microBatches } from "@tare/data";
import type { Episode } from "@tare/sampler";
import type { PpoConfig } from "./config.ts";

/** The tokens of an episode. */
export type Tokens = Pick<Episode, "promptTokens" | "tokens">;

/** Tokens of a forward pass over an episode. */
export const lengthOf = ({ promptTokens, tokens }: Tokens): number => promptTokens.length + tokens.length;

/** Episodes packed end to end: their sequences, and rows and targets of all tokens of their responses. */
export function packResponses(device: Device, episodes: readonly Tokens[]): {
  readonly sequences: Uint32Array[];
  readonly rows: Tensor<"u32">;
  readonly targets: Tensor<"u32">;
} {
  const sequences = episodes.map(({ promptTokens, tokens }) => {
    const sequence = new Uint32Array(promptTokens.length + tokens.length);
    sequence.set(promptTokens);
    sequence.set(tokens, promptTokens.length);
    return sequence;
  });
  const starts = episodes.map(({ promptTokens }) => promptTokens.length);
  return { sequences, ...predictions(device, sequences, starts) };
}

/** What both passes need of the settings. */
type PassConfig = Pick<PpoConfig, "microTokens" | "temperature">;

/**
 * Log-probability of each token of the responses under a model, as a rollout at the temperature would have recorded it.
 *
 * @param placed The model, with its adapter if it has one.
 * @param episodes The episodes.
 * @param config Micro-batch and temperature.
 * @returns An array for each episode.
 */
export function logProbsOf(placed: Placed, episodes: readonly Tokens[], config: PassConfig): Promise<Float32Array[]> {
  const { device } = placed;
  const transformer = transformerOf(placed, false);
  const trained = trainableOf(placed);
  return eachToken(device, episodes, config, (group) => {
    const { sequences, rows, targets } = packResponses(device, group);
    const hidden = transformer.hidden(trained, sequences, rows);
    return tokenLogProb(transformer.params(trained), hidden, targets, { temperature: config.temperature }).logProb;
  });
}

/**
 * What a critic expects before each token of the responses is drawn.
 *
 * @param placed The critic.
 * @param trained What it has learned.
 * @param episodes The episodes.
 * @param config Micro-batch.
 * @returns An array for each episode.
 */
export function valuesOf(
  placed: Placed,
  trained: Trainable,
  episodes: readonly Tokens[],
  config: Pick<PpoConfig, "microTokens">,
): Promise<Float32Array[]> {
  const transformer = transformerOf(placed, false);
  return eachToken(placed.device, episodes, config, (group) => {
    const { sequences, rows } = packResponses(placed.device, group);
    return score(trained.score!, transformer.hidden(trained, sequences, rows));
  });
}

/** A number for each token of each response, in micro-batches, read back once. */
async function eachToken(
  device: Device,
  episodes: readonly Tokens[],
  { microTokens }: Pick<PpoConfig, "microTokens">,
  f: (group: readonly Tokens[]) => Tensor<"f32">,
): Promise<Float32Array[]> {
  const groups = microBatches(episodes, lengthOf, microTokens);
  const passes = await scan(device, groups, (group) => [f(group)]);
  return groups.flatMap((group, i) => {
    let at = 0;
    return group.map(({ tokens }) => passes[i]![0]!.slice(at, at += tokens.length));
  });
}
