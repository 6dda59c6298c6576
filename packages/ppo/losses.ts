/** The losses of PPO (Schulman et al., arXiv 1707.06347): pure functions of a number a token to a mean over tokens. */
import { add, clamp, exp, greater, maximum, mean, minimum, mul, sub, type Tensor } from "@tare/core";

/** A number for each token; what {@linkcode policyLoss} takes. All have one shape. */
export interface PolicyTokens {
  /** Log-probability under the policy that learns, in nats. */
  readonly logProb: Tensor;
  /** Log-probability under the policy that drew the token. */
  readonly old: Tensor;
  /** How much better than expected the token was. */
  readonly advantages: Tensor;
}

/** What {@linkcode policyLoss} gives. */
export interface PolicyLoss {
  /** The loss, a scalar. */
  readonly loss: Tensor<"f32">;
  /** Probability under the policy that learns over that under the one that drew, a number for each token. */
  readonly ratio: Tensor<"f32">;
  /** ½ · mean(log-ratio²), a scalar: how far the policy is from the one that drew, in nats a token. */
  readonly approxKl: Tensor<"f32">;
  /** Share of the tokens that teach nothing more because of the clip, a scalar. */
  readonly clipFraction: Tensor<"f32">;
}

/**
 * The clipped loss of the policy: −mean(min(A · ratio, A · clip(ratio, 1 ± clip))). The log-ratio is held within ± 20 before
 * `exp`, beyond which nothing is learned either.
 *
 * @param tokens Log-probabilities and advantages.
 * @param options `clip`: how far from 1 a ratio goes on teaching.
 * @returns The loss, and what to watch.
 *
 * @example At the policy that drew, the loss is that of REINFORCE
 * ```ts
 * import { openDevice } from "@tare/core";
 * import { policyLoss } from "@tare/ppo";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const logProb = device.tensor([-1, -2]);
 * const { loss, ratio } = policyLoss({ logProb, old: logProb, advantages: device.tensor([3, -1]) }, { clip: 0.2 });
 * assertEquals([await loss.item(), await ratio.data()], [-1, Float32Array.of(1, 1)]);
 * ```
 */
export function policyLoss({ logProb, old, advantages }: PolicyTokens, { clip }: { clip: number }): PolicyLoss {
  using scope = logProb.device.scope();
  const logRatio = clamp(sub(logProb, old), -20, 20);
  const ratio = exp(logRatio);
  const free = mul(advantages, ratio);
  const clipped = mul(advantages, clamp(ratio, 1 - clip, 1 + clip));
  return scope.keep({
    loss: mul(mean(minimum(free, clipped)), -1),
    ratio,
    approxKl: mul(mean(mul(logRatio, logRatio)), 0.5),
    clipFraction: mean(greater(free, clipped)),
  });
}

/** A number for each token; what {@linkcode valueLoss} takes. All have one shape. */
export interface ValueTokens {
  /** What the critic that learns expects. */
  readonly values: Tensor;
  /** What it expected when the tokens were drawn. */
  readonly old: Tensor;
  /** What came. */
  readonly returns: Tensor;
}

/** What {@linkcode valueLoss} gives. */
export interface ValueLoss {
  /** The loss, a scalar. */
  readonly loss: Tensor<"f32">;
  /** Share of the tokens whose value has moved too far to teach more, a scalar. */
  readonly clipFraction: Tensor<"f32">;
}

/**
 * The clipped loss of the critic: ½ mean(max((V − R)², (clip(V, V_old ± clip) − R)²)).
 *
 * @param tokens Values and returns.
 * @param options `clip`: how far from the old value a new one goes on teaching; `Infinity` for any.
 * @returns The loss, and what to watch.
 *
 * @example Usage
 * ```ts
 * import { openDevice } from "@tare/core";
 * import { valueLoss } from "@tare/ppo";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const tokens = { values: device.tensor([1, 3]), old: device.tensor([1, 1]), returns: device.tensor([2, 3]) };
 * const { loss, clipFraction } = valueLoss(tokens, { clip: 0.5 });
 * assertEquals([await loss.item(), await clipFraction.item()], [(1 + 1.5 ** 2) / 4, 0.5]);
 * ```
 */
export function valueLoss({ values, old, returns }: ValueTokens, { clip }: { clip: number }): ValueLoss {
  using scope = values.device.scope();
  const squared = (x: Tensor) => mul(x, x);
  const free = squared(sub(values, returns));
  // Bounds around the old value, and not an offset to it: within them the value keeps its bits, and both errors are equal.
  const clipped = squared(sub(clamp(values, sub(old, clip), add(old, clip)), returns));
  return scope.keep({ loss: mul(mean(maximum(free, clipped)), 0.5), clipFraction: mean(greater(clipped, free)) });
}
