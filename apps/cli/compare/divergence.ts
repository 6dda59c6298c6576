/** How far a policy has gone from the reference, in nats. */
import { type Device, type Model, predictions, scan, tokenLogProb, trainableOf, transformerOf } from "@tare/core";
import { microBatches } from "@tare/data";
import type { Episode } from "@tare/sampler";

/**
 * KL of each response by a single sample, Σ log p(token) − log q(token) over its tokens, p being what it was drawn from and q
 * the reference: teacher forcing. The mean over responses estimates KL(p ‖ q); a single one may be negative.
 *
 * @param device Where the reference is.
 * @param reference The model q; its ids mean what those of the episodes do.
 * @param episodes Responses with the log-probabilities that they were drawn with.
 * @param options The temperature that they were drawn with, and most tokens of a pass.
 * @returns A number for each episode.
 */
export async function divergences(
  device: Device,
  reference: Model,
  episodes: readonly Episode[],
  { temperature, microTokens, signal }: { temperature: number; microTokens: number; signal: AbortSignal },
): Promise<number[]> {
  const placed = { device, model: reference };
  const [transformer, params] = [transformerOf(placed, false), trainableOf(placed)];
  const lengthOf = ({ promptTokens, tokens }: Episode) => promptTokens.length + tokens.length;
  const batches = microBatches(episodes, lengthOf, microTokens);
  const numbers = await scan(device, batches, (batch) => {
    const sequences = batch.map(({ promptTokens, tokens }) => [...promptTokens, ...tokens]);
    const { rows, targets } = predictions(device, sequences, batch.map(({ promptTokens }) => promptTokens.length));
    const hidden = transformer.hidden(params, sequences, rows);
    return [tokenLogProb(reference.params, hidden, targets, { temperature }).logProb];
  }, { signal });
  signal.throwIfAborted();
  return batches.flatMap((batch, i) => {
    let at = 0;
    return batch.map(({ logProbs }) => logProbs.reduce((sum, logProb) => sum + logProb - numbers[i]![0]![at++]!, 0));
  });
}
