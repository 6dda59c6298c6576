/** What the trainers' tests share: a tiny transformer, examples for it, and a run to its end. */
import {
  type Device,
  initParams,
  initScoreHead,
  leaves,
  loadState,
  mapTree,
  type Model,
  type ModelConfig,
} from "@tare/core";
import { mul, philox, saveState, type ScoreHead } from "@tare/core";
import { assertClose } from "@tare/core/testing";
import { assertEquals } from "@std/assert";
import type { RatedSequence, Sequence, SequencePair } from "@tare/data";
import type { SftOptions } from "./sft.ts";
import type { TrainingState, TrainingStep } from "./step.ts";

/** Two blocks, grouped heads, a window in the second one, 17 tokens, tied. */
export const tinyConfig: ModelConfig = {
  ...{ family: "qwen3", layers: 2, width: 8, heads: 2, kvHeads: 1, headDim: 4, hidden: 12, vocabulary: 17 },
  ...{ positions: 32, norm: "rms", normEps: 1e-6, activation: "swiglu", tied: true, headNorm: true },
  bias: { qkv: true, output: false, mlp: false },
  rope: { frequencies: [1, 0.1], attentionFactor: 1 },
  windows: [undefined, 3],
  tokens: { eos: [0] },
};

/** A fresh model with a scalar head, its parameters several times as large as usual. */
export function tinyModel(device: Device, seed = 1): Model & { score: ScoreHead } {
  const params = mapTree(initParams(device, tinyConfig, seed), (tensor) => mul(tensor, 4));
  return { config: tinyConfig, params, score: initScoreHead(device, tinyConfig, seed) };
}

/** Random numbers from 0 to below `limit`. */
function draws(seed: number, limit: number): () => number {
  let at = 0;
  return () => philox([seed, 0xfa4e], [0, 0, 0, at++])[0] % limit;
}

/** Sequences of 3 to 10 tokens whose completions are the prompt's last token again and again. */
export function sequences(count: number, seed = 1): Sequence[] {
  const draw = draws(seed, 1 << 16);
  return Array.from({ length: count }, () => {
    const prompt = Array.from({ length: 1 + draw() % 4 }, () => 1 + draw() % 16);
    const completion = Array.from({ length: 1 + draw() % 5 }, () => prompt.at(-1)!);
    return { tokens: Uint32Array.from([...prompt, ...completion, 0]), start: prompt.length };
  });
}

/** Pairs of {@linkcode sequences} and the same with another token in place of the right one. */
export function pairs(count: number, seed = 1): SequencePair[] {
  return sequences(count, seed).map((chosen, i) => {
    const wrong = 1 + (chosen.tokens[chosen.start]! + i) % 16;
    const tokens = chosen.tokens.map((token, t) => t >= chosen.start && token !== 0 ? wrong : token);
    return { chosen, rejected: { tokens, start: chosen.start }, margin: i % 3 === 0 ? 0.5 : 0 };
  });
}

/** {@linkcode sequences} that are the better, the shorter they are. */
export function ratings(count: number, seed = 1): RatedSequence[] {
  return sequences(count, seed).map((sequence) => ({ ...sequence, rating: 1 - sequence.tokens.length / 10 }));
}

/** Six updates in several micro-batches each, with three evaluations. */
export const sftSettings = { batch: 4, steps: 6, learningRate: 0.02, microTokens: 20, evalEvery: 2 };

/** Supervised fine-tuning of the tiny model. */
export function sftOptions(device: Device, more: Partial<SftOptions> = {}): SftOptions {
  return {
    ...{ device, model: tinyModel(device), train: sequences(10), heldOut: sequences(5, 2) },
    config: sftSettings,
    ...more,
  };
}

/** What a run came to, on the host. */
export interface Outcome {
  /** Every step but its state and its rate. */
  readonly steps: Omit<TrainingStep, "state">[];
  /** All parameters and moments after the last step. */
  readonly numbers: Float32Array[];
  /** Saved states, of each step. */
  readonly saved: Blob[];
}

/** Runs a trainer to its end. */
export async function outcomeOf(device: Device, run: AsyncIterable<TrainingStep>, save = false): Promise<Outcome> {
  const outcome: Outcome = { steps: [], numbers: [], saved: [] };
  for await (const { state, metrics, ...step } of run) {
    const { "perf/tokens_per_second": _, ...repeatable } = metrics;
    outcome.steps.push({ ...step, metrics: repeatable });
    const { params, optimizer: { m, v } } = state;
    const trees = { params, m, v };
    outcome.numbers.splice(0, Infinity, ...await device.read(leaves(trees)) as Float32Array[]);
    if (save) outcome.saved.push(await new Response(saveState(state)).blob());
  }
  return outcome;
}

/**
 * Checks that a run from the bytes of each state of another has the steps that were left, and the same numbers at the end.
 *
 * @returns The whole run.
 */
export async function assertResumes(
  device: Device,
  begin: () => AsyncIterable<TrainingStep>,
  resume: (state: TrainingState) => AsyncIterable<TrainingStep>,
): Promise<Outcome> {
  const whole = await outcomeOf(device, begin(), true);
  assertEquals(whole.saved.length, whole.steps[0]!.steps);
  for (const [i, saved] of whole.saved.entries()) {
    using _scope = device.scope();
    const { steps, numbers } = await outcomeOf(device, resume(await loadState<TrainingState>(device, saved)));
    assertEquals(steps, whole.steps.slice(i + 1));
    if (steps.length > 0) assertEquals(numbers, whole.numbers);
  }
  return whole;
}

/** Checks that one update has the same loss and gradient in many micro-batches as in one; AdamW's mean is a tenth of it. */
export async function assertSameGradient(
  device: Device,
  begin: (config: { microTokens: number; steps: number; maxNorm: number }) => AsyncIterable<TrainingStep>,
): Promise<void> {
  const run = (microTokens: number) => outcomeOf(device, begin({ microTokens, steps: 1, maxNorm: Infinity }));
  const whole = await run(1000);
  const metrics = ({ steps }: Outcome) => Object.values(steps[0]!.metrics);
  const means = ({ numbers }: Outcome) => numbers.slice(numbers.length / 3, 2 * numbers.length / 3);
  const largest = Math.max(...means(whole).flatMap((mean) => [...mean.map(Math.abs)]));
  for (const apart of [await run(1), await run(33)]) {
    assertClose(metrics(apart), metrics(whole), { rtol: 1e-5, atol: 1e-6 });
    means(apart).forEach((mean, i) => assertClose(mean, means(whole)[i]!, { atol: 1e-5 * largest }));
  }
}
