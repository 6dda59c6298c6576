/** How much better than expected each token was. All sums are float64's. */
import { groupBy } from "./group_by.ts";
import { checkLengths } from "./lengths.ts";

/** How {@linkcode gae} weighs what comes later. */
export interface GaeOptions {
  /** Discount γ of later rewards. */
  readonly gamma: number;
  /** Weight λ of longer returns: 0 trusts the critic alone, 1 the rewards alone. */
  readonly lambda: number;
}

/** What {@linkcode gae} gives. */
export interface Advantages {
  /** How much better than the critic expected each token was. */
  readonly advantages: Float32Array<ArrayBuffer>;
  /** Advantages plus values: what the critic is to expect. */
  readonly returns: Float32Array<ArrayBuffer>;
}

/**
 * Generalised advantage estimation (Schulman et al., arXiv 1506.02438) over one episode, after which nothing comes:
 *
 *     δ_t = r_t + γ V_{t+1} − V_t        A_t = δ_t + γ λ A_{t+1}
 *
 * @param rewards The reward of each token.
 * @param values What the critic expected before each token.
 * @param options γ and λ.
 * @returns Advantages and returns.
 * @throws {RangeError} If there is not a value for each reward.
 *
 * @example With λ = 1 the critic is but a baseline
 * ```ts
 * import { gae } from "@tare/ppo";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { gamma: 1, lambda: 1 };
 * const { advantages, returns } = gae(Float32Array.of(-1, 0, 4), Float32Array.of(1, 2, 3), options);
 * assertEquals(returns, Float32Array.of(3, 4, 4));
 * assertEquals(advantages, Float32Array.of(2, 2, 1));
 * ```
 */
export function gae(rewards: Float32Array, values: Float32Array, { gamma, lambda }: GaeOptions): Advantages {
  checkLengths("values", values, rewards);
  const advantages = new Float32Array(rewards.length);
  const returns = new Float32Array(rewards.length);
  let [next, nextValue] = [0, 0];
  for (let t = rewards.length - 1; t >= 0; t--) {
    next = rewards[t]! + gamma * nextValue - values[t]! + gamma * lambda * next;
    nextValue = values[t]!;
    [advantages[t], returns[t]] = [next, next + nextValue];
  }
  return { advantages, returns };
}

/**
 * REINFORCE with a leave-one-out baseline (Ahmadian et al., arXiv 2402.14740): each episode's total less the mean total of
 * the other episodes of its prompt.
 *
 * @param totals The sum of the token rewards of each episode.
 * @param promptIds The prompt of each.
 * @returns The advantage of each episode, which all its tokens have.
 * @throws {RangeError} If there is not a prompt for each total, or a prompt has one episode only.
 *
 * @example Usage
 * ```ts
 * import { rloo } from "@tare/ppo";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rloo(Float32Array.of(1, 10, 3, 20), ["a", "b", "a", "b"]), Float32Array.of(-2, -10, 2, 10));
 * ```
 */
export function rloo(totals: Float32Array, promptIds: readonly string[]): Float32Array<ArrayBuffer> {
  checkLengths("prompts", promptIds, totals, "total");
  const groups = groupBy(totals.keys(), (i) => promptIds[i]!);
  const advantages = new Float32Array(totals.length);
  for (const [promptId, group] of groups) {
    if (group.length < 2) {
      throw new RangeError(
        `Expected two or more episodes of prompt "${promptId}" but found one: there is no other to compare it with; ` +
          `sample two or more responses to each prompt`,
      );
    }
    const sum = group.reduce((sum, i) => sum + totals[i]!, 0);
    for (const i of group) advantages[i] = totals[i]! - (sum - totals[i]!) / (group.length - 1);
  }
  return advantages;
}

/**
 * Whitens numbers over all tokens of all episodes together: (x − mean) / √(variance + 1e-8), where the variance is the biased
 * one, a mean of squares, as in Ziegler et al.'s TensorFlow code. (PyTorch's `var` divides by n − 1.)
 *
 * @param parts The numbers, an array an episode.
 * @param options `shiftMean`: whether the mean becomes 0, as it does by default, or stays.
 * @returns Arrays like the given ones; all zeros (or the mean) where no two numbers differ.
 *
 * @example Usage
 * ```ts
 * import { whiten } from "@tare/ppo";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const [first, second] = whiten([Float32Array.of(1, 2), Float32Array.of(3)]);
 * assertEquals(first![1], 0);
 * assertAlmostEquals(second![0]!, Math.sqrt(3 / 2), 1e-6);
 * ```
 */
export function whiten(
  parts: readonly Float32Array[],
  { shiftMean = true }: { shiftMean?: boolean } = {},
): Float32Array<ArrayBuffer>[] {
  const { mean, variance } = momentsOf(parts);
  const scale = 1 / Math.sqrt(variance + 1e-8);
  const offset = shiftMean ? 0 : mean;
  return parts.map((part) => Float32Array.from(part, (x) => (x - mean) * scale + offset));
}

/**
 * How much of what the returns vary the critic foresaw: 1 − Var[returns − values] / Var[returns].
 *
 * @param values What the critic expected, an array an episode.
 * @param returns What came, likewise.
 * @returns 1 for a perfect critic, 0 for one that knows nothing, less for a worse one; 0 where returns do not vary.
 * @throws {RangeError} If there is not a value for each return.
 *
 * @example A critic that is off by a constant explains everything
 * ```ts
 * import { explainedVariance } from "@tare/ppo";
 * import { assertEquals } from "@std/assert";
 *
 * const returns = [Float32Array.of(1, 2), Float32Array.of(6)];
 * assertEquals(explainedVariance([Float32Array.of(3, 4), Float32Array.of(8)], returns), 1);
 * assertEquals(explainedVariance([Float32Array.of(0, 0), Float32Array.of(0)], returns), 0);
 * ```
 */
export function explainedVariance(values: readonly Float32Array[], returns: readonly Float32Array[]): number {
  checkLengths("arrays of values", values, returns, "episode");
  returns.forEach((part, i) => checkLengths("values", values[i]!, part));
  const { variance } = momentsOf(returns);
  if (variance === 0) return 0;
  const errors = returns.map((part, i) => Float64Array.from(part, (x, t) => x - values[i]![t]!));
  return 1 - momentsOf(errors).variance / variance;
}

/** Mean and biased variance of all numbers together. */
function momentsOf(parts: readonly (Float32Array | Float64Array)[]): { mean: number; variance: number } {
  const average = (of: (x: number) => number) => {
    let [sum, count] = [0, 0];
    for (const part of parts) {
      for (const x of part) sum += of(x);
      count += part.length;
    }
    return sum / Math.max(count, 1);
  };
  const mean = average((x) => x);
  return { mean, variance: average((x) => (x - mean) ** 2) };
}
