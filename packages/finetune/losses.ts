/** The losses: pure functions of tensors to a scalar, each a mean over what it is given. */
import { add, logSigmoid, mean, mul, sub, type Tensor } from "@tare/core";

/**
 * The loss of supervised fine-tuning: the mean negative log-likelihood of tokens.
 *
 * @param logProb Log-probability of each token in nats, any shape.
 * @returns −mean(logProb), a scalar.
 *
 * @example Usage
 * ```ts
 * import { openDevice } from "@tare/core";
 * import { sftLoss } from "@tare/finetune";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * assertEquals(await sftLoss(device.tensor([-1, -2])).item(), 1.5);
 * ```
 */
export function sftLoss(logProb: Tensor): Tensor<"f32"> {
  using scope = logProb.device.scope();
  return scope.keep(mul(mean(logProb), -1));
}

/** Beside the rewards: what {@linkcode preferenceLoss} takes. */
export interface PreferenceLossOptions {
  /**
   * By how much the chosen reward should be above the other: a number, or a tensor of a number for each pair.
   *
   * @default {0}
   */
  margin?: Tensor | number;
  /**
   * Weight λ of the squared sum, which the difference alone leaves open.
   *
   * @default {0}
   */
  centring?: number;
}

/**
 * The Bradley–Terry loss of reward models: the mean of −ln σ(r_chosen − r_rejected − margin) + λ (r_chosen + r_rejected)².
 *
 * @param chosen Rewards of the better completions, any shape.
 * @param rejected Rewards of the others, of the same shape.
 * @param options Margin and centring.
 * @returns The loss, a scalar.
 *
 * @example Equal rewards say nothing
 * ```ts
 * import { openDevice } from "@tare/core";
 * import { preferenceLoss } from "@tare/finetune";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const rewards = device.tensor([3, -1]);
 * assertAlmostEquals(await preferenceLoss(rewards, rewards).item(), Math.log(2), 1e-6);
 * ```
 */
export function preferenceLoss(
  chosen: Tensor,
  rejected: Tensor,
  { margin = 0, centring = 0 }: PreferenceLossOptions = {},
): Tensor<"f32"> {
  using scope = chosen.device.scope();
  const likelihood = mul(mean(logSigmoid(sub(sub(chosen, rejected), margin))), -1);
  if (centring === 0) return scope.keep(likelihood);
  const total = add(chosen, rejected);
  return scope.keep(add(likelihood, mul(mean(mul(total, total)), centring)));
}

/**
 * The loss of a reward model that is regressed on ratings: the mean squared error.
 *
 * @param rewards The model's, any shape.
 * @param ratings What they should be, of the same shape.
 * @returns The loss, a scalar.
 *
 * @example Usage
 * ```ts
 * import { openDevice } from "@tare/core";
 * import { ratingLoss } from "@tare/finetune";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * assertEquals(await ratingLoss(device.tensor([1, 5]), device.tensor([1, 3])).item(), 2);
 * ```
 */
export function ratingLoss(rewards: Tensor, ratings: Tensor): Tensor<"f32"> {
  using scope = rewards.device.scope();
  const error = sub(rewards, ratings);
  return scope.keep(mean(mul(error, error)));
}

/** Log-probabilities of whole completions, a number for each pair; what {@linkcode dpoLoss} takes. */
export interface DpoLogProbs {
  /** Of the better completion, under the policy. */
  readonly policyChosen: Tensor;
  /** Of the other one, under the policy. */
  readonly policyRejected: Tensor;
  /** Of the better completion, under the reference. */
  readonly referenceChosen: Tensor;
  /** Of the other one, under the reference. */
  readonly referenceRejected: Tensor;
}

/** How {@linkcode dpoLoss} weighs. */
export interface DpoLossOptions {
  /** How much a change of log-probability counts. */
  readonly beta: number;
  /**
   * Share of the pairs that are taken to be labelled the wrong way round.
   *
   * @default {0}
   */
  readonly labelSmoothing?: number;
  /**
   * Which loss.
   *
   * @default {"dpo"}
   */
  readonly loss?: "dpo" | "ipo";
}

/**
 * The loss of direct preference optimisation. With z the difference between chosen and rejected of what the policy has
 * gained over the reference, in nats of the whole completion:
 *
 *     dpo   −(1 − ε) ln σ(β z) − ε ln σ(−β z)     (arXiv 2305.18290, with conservative labels)
 *     ipo   (z − 1 / (2β))²                       (arXiv 2310.12036)
 *
 * @param logProbs Of policy and reference, all of one shape.
 * @param options β, label smoothing ε, which loss.
 * @returns The mean over the pairs, a scalar.
 * @throws {RangeError} If labels are to be smoothed for IPO, which has no likelihood of a label.
 *
 * @example Where the policy is the reference, nothing has been learned
 * ```ts
 * import { openDevice } from "@tare/core";
 * import { dpoLoss } from "@tare/finetune";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const [policyChosen, policyRejected] = [device.tensor([-12]), device.tensor([-9])];
 * const logProbs = { policyChosen, policyRejected, referenceChosen: policyChosen, referenceRejected: policyRejected };
 * assertAlmostEquals(await dpoLoss(logProbs, { beta: 0.1 }).item(), Math.log(2), 1e-6);
 * assertAlmostEquals(await dpoLoss(logProbs, { beta: 0.1, loss: "ipo" }).item(), 25, 1e-6);
 * ```
 */
export function dpoLoss(logProbs: DpoLogProbs, options: DpoLossOptions): Tensor<"f32"> {
  const { policyChosen, policyRejected, referenceChosen, referenceRejected } = logProbs;
  const { beta, labelSmoothing = 0, loss = "dpo" } = options;
  if (loss === "ipo" && labelSmoothing !== 0) {
    throw new RangeError(`Expected no label smoothing with the loss ipo but found ${labelSmoothing}: set it to 0`);
  }
  using scope = policyChosen.device.scope();
  const z = sub(sub(policyChosen, referenceChosen), sub(policyRejected, referenceRejected));
  if (loss === "ipo") {
    const off = sub(z, 1 / (2 * beta));
    return scope.keep(mean(mul(off, off)));
  }
  const likelihood = (sign: number) => mean(logSigmoid(mul(z, sign * beta)));
  const kept = mul(likelihood(1), labelSmoothing - 1);
  return scope.keep(labelSmoothing === 0 ? kept : add(kept, mul(likelihood(-1), -labelSmoothing)));
}
