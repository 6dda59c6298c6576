/** What pairs of rewards come to. */
import { pairAccuracy } from "./evaluate.ts";

/** Splits [chosen, rejected, chosen, …]. */
function sides(rewards: Float32Array): [chosen: Float32Array, rejected: Float32Array] {
  const side = (first: number) => Float32Array.from({ length: rewards.length / 2 }, (_, i) => rewards[2 * i + first]!);
  return [side(0), side(1)];
}

/** Metrics of an update. */
export function pairMetrics(rewards: Float32Array): Record<string, number> {
  const [chosen, rejected] = sides(rewards);
  const { accuracy, margin } = pairAccuracy(chosen, rejected);
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    ...{ "rewards/chosen": mean(chosen), "rewards/rejected": mean(rejected) },
    ...{ "rewards/accuracy": accuracy, "rewards/margin": margin },
  };
}

/** Metrics of an evaluation. */
export function pairEvaluation(rewards: Float32Array): Record<string, number> {
  const { accuracy, low, high, margin } = pairAccuracy(...sides(rewards));
  return { "eval/accuracy": accuracy, "eval/accuracy_low": low, "eval/accuracy_high": high, "eval/margin": margin };
}
