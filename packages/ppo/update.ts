/** One update of policy and critic, from a minibatch of episodes. */
import { accumulateGrads, type AdamW, type Device, disposeTree, mean, mul, score, sub } from "@tare/core";
import { type Tensor, tokenLogProb, type Trainable, transformerOf } from "@tare/core";
import { microBatches } from "@tare/data";
import type { PpoConfig } from "./config.ts";
import { groupBy } from "./group_by.ts";
import { policyLoss, valueLoss } from "./losses.ts";
import { lengthOf, packResponses, type Tokens } from "./responses.ts";
import type { Student } from "./state.ts";

/** An episode as it is learned from: its tokens, and numbers of each. */
export interface Experience extends Tokens {
  /** Log-probabilities when they were drawn. */
  readonly logProbs: Float32Array;
  /** How much better than expected they were. */
  readonly advantages: Float32Array;
  /** What the critic expected; with a critic. */
  readonly values?: Float32Array;
  /** What it should have expected; with a critic. */
  readonly returns?: Float32Array;
}

/** Who learns in an update; one of them may sit it out. */
export interface Students {
  /** The policy. */
  readonly policy?: Student;
  /** The critic. */
  readonly critic?: Student;
}

/** How an update is made. */
export interface UpdateOptions {
  /** Settings. */
  readonly config: PpoConfig;
  /** The optimizer of both. */
  readonly optimizer: AdamW;
  /** The policy's learning rate. */
  readonly learningRate: number;
  /** The critic's. */
  readonly criticLearningRate: number;
}

/** What an update showed: means over the tokens of its minibatch, before it changed anything. */
export type UpdateNumbers = Readonly<Record<string, number>>;

/**
 * Makes one update. The losses are means over all tokens of the minibatch, however it is cut into micro-batches. Nothing
 * is read before all of it is under way, and then everything at once.
 *
 * @param students Who learns, in place.
 * @param minibatch What from.
 * @param options How.
 * @returns Losses and statistics by their names as metrics; `policy/first_ratio_error` is the largest |ratio − 1|. After a norm of the
 * gradient that is no number its parameters and moments are as before.
 */
export async function update(
  { policy, critic }: Students,
  minibatch: readonly Experience[],
  options: UpdateOptions,
): Promise<UpdateNumbers> {
  using _policy = policy?.placed.device.scope();
  using _critic = critic?.placed.device.scope();
  const parts = [
    ...policy ? [policyUpdate(policy, minibatch, options)] : [],
    ...critic ? [criticUpdate(critic, minibatch, options)] : [],
  ];
  const arrays = await readTogether(parts.flatMap(({ tensors }) => tensors));
  return Object.assign({}, ...parts.map((part) => part.numbers(arrays.splice(0, part.tensors.length))));
}

/** Work under way: tensors to read, and what to make of their numbers. */
interface Part {
  readonly tensors: readonly Tensor<"f32">[];
  readonly numbers: (arrays: readonly Float32Array[]) => UpdateNumbers;
}

/** −E[min(ρA, clip(ρ)A)] − c · entropy. */
function policyUpdate(policy: Student, minibatch: readonly Experience[], options: UpdateOptions): Part {
  const { clip, temperature, entropyCoefficient, recompute } = options.config;
  const { device } = policy.placed;
  const transformer = transformerOf(policy.placed, recompute);
  return learn(policy, minibatch, { ...options, norm: "grad_norm" }, (trained, group) => {
    const { sequences, rows, targets } = packResponses(device, group);
    const hidden = transformer.hidden(trained, sequences, rows);
    const { logProb, entropy } = tokenLogProb(transformer.params(trained), hidden, targets, { temperature });
    const [old, advantages] = [flat(device, group, "logProbs"), flat(device, group, "advantages")];
    const { loss, ratio, approxKl, clipFraction } = policyLoss({ logProb, old, advantages }, { clip });
    const total = entropyCoefficient === 0 ? loss : sub(loss, mul(mean(entropy), entropyCoefficient));
    return [total, {
      ...{ "loss/policy": loss, "policy/approxkl": approxKl, "policy/clipfrac": clipFraction },
      ...{ "policy/entropy": entropy, "policy/ratio": ratio, "policy/first_ratio_error": ratio },
    }];
  });
}

/** ½ E[max((V − R)², (clip(V) − R)²)]. */
function criticUpdate(critic: Student, minibatch: readonly Experience[], options: UpdateOptions): Part {
  const { valueClip: clip, recompute } = options.config;
  const { device } = critic.placed;
  const transformer = transformerOf(critic.placed, recompute);
  const { criticLearningRate: learningRate } = options;
  return learn(critic, minibatch, { ...options, learningRate, norm: "critic/grad_norm" }, (trained, group) => {
    const { sequences, rows } = packResponses(device, group);
    const values = score(trained.score!, transformer.hidden(trained, sequences, rows));
    const [old, returns] = [flat(device, group, "values"), flat(device, group, "returns")];
    const { loss, clipFraction } = valueLoss({ values, old, returns }, { clip });
    return [loss, { "loss/value": loss, "val/clipfrac": clipFraction }];
  });
}

/** A number or one a token, by its name as a metric. */
type Shown = Readonly<Record<string, Tensor<"f32">>>;

/** Gradient and optimizer of one student, without waiting for either. */
function learn(
  { learner: { params, optimizer: moments } }: Student,
  minibatch: readonly Experience[],
  { config, optimizer, learningRate, norm }: UpdateOptions & { norm: string },
  loss: (trained: Trainable, group: readonly Experience[]) => readonly [Tensor, Shown],
): Part {
  const groups = microBatches(minibatch, lengthOf, config.microTokens);
  const weights = groups.map((group) => group.reduce((sum, { tokens }) => sum + tokens.length, 0));
  const { grads, aux } = accumulateGrads<Trainable, Experience[], Shown>(loss, params, groups, { weights });
  const { gradNorm } = optimizer.update(params, grads, moments, { learningRate });
  disposeTree(grads);
  const names = Object.keys(aux[0]!);
  return {
    tensors: [gradNorm, ...names.flatMap((name) => aux.map((shown) => shown[name]!))],
    numbers([norms, ...arrays]) {
      const gradNorm = norms![0]!;
      if (!Number.isFinite(gradNorm)) moments.step--; // nothing was updated
      const shown = names.map((name, i) => [name, arrays.slice(i * aux.length, (i + 1) * aux.length)] as const);
      return {
        [norm]: gradNorm,
        ...Object.fromEntries(shown.map(([name, parts]) => [name, (reductions[name] ?? meanOf)(parts, weights)])),
      };
    },
  };
}

/** What becomes of the numbers of the micro-batches, where it is not their mean. */
const reductions: Readonly<Record<string, (parts: readonly Float32Array[]) => number>> = {
  "policy/first_ratio_error": (parts) =>
    parts.reduce((most, part) => part.reduce((most, ratio) => Math.max(most, Math.abs(ratio - 1)), most), 0),
};

/** The mean over all tokens, from means over those of micro-batches or from numbers of each. */
function meanOf(parts: readonly Float32Array[], weights: readonly number[]): number {
  const total = weights.reduce((a, b) => a + b, 0);
  return parts.reduce((sum, part, i) => sum + weights[i]! / total * part.reduce((a, b) => a + b, 0) / part.length, 0);
}

/** Numbers of all tokens of some episodes, as they are packed. */
function flat(
  device: Device,
  episodes: readonly Experience[],
  name: "logProbs" | "advantages" | "values" | "returns",
): Tensor<"f32"> {
  const out = new Float32Array(episodes.reduce((sum, { tokens }) => sum + tokens.length, 0));
  let at = 0;
  for (const episode of episodes) {
    out.set(episode[name]!, at);
    at += episode.tokens.length;
  }
  return device.tensor(out);
}

/** Reads tensors of one or two devices, with one wait for each device. */
async function readTogether(tensors: readonly Tensor<"f32">[]): Promise<Float32Array[]> {
  const arrays = new Array<Float32Array>(tensors.length);
  const places = groupBy(tensors.keys(), (i) => tensors[i]!.device);
  await Promise.all([...places].map(async ([device, indices]) => {
    const read = await device.read(indices.map((i) => tensors[i]!));
    indices.forEach((i, at) => arrays[i] = read[at]!);
  }));
  return arrays;
}
