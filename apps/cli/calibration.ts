/** The unit of a reward model's scores: mean and deviation on reference completions, stored in its `config.json`. */
import type { Device } from "@tare/core";
import type { Sequence, Tokenizer } from "@tare/data";
import { calibrate, rewardScores, type Trainable } from "@tare/finetune";
import type { Context } from "./command.ts";
import { demonstrations } from "./demonstrations.ts";
import { type Labelled, sequencesOf } from "./labelled.ts";
import type { Placed } from "./start.ts";
import { readTrainingData } from "./training_data.ts";
import type { TrainingValues } from "./training_flags.ts";

/** Most sequences that are scored to find mean and deviation. */
const most = 512;

/** Reads `--reference`; without it takes the first of the examples there are. */
export async function readReference(
  values: TrainingValues & { readonly reference?: string },
  tokenizer: Tokenizer,
  length: number,
  others: readonly (readonly Labelled[])[],
  context: Context,
): Promise<{ sequences: readonly Sequence[]; inputs: Readonly<Record<string, unknown>> }> {
  if (values.reference === undefined) {
    const given = others.find((examples) => examples.length > 1) ?? others.flat();
    return { sequences: given.flatMap(sequencesOf).slice(0, most), inputs: {} };
  }
  const reader = demonstrations(tokenizer, "both", { context: length });
  const all = { ...values, data: values.reference, "held-out": 0 };
  const { train, inputs } = await readTrainingData(all, reader, context);
  return { sequences: train.slice(0, most), inputs: { reference: inputs.data } };
}

/** The model's `config.json` with mean and deviation of its scores on some sequences, where these differ at all. */
export async function calibrated(
  device: Device,
  { model, adapter, json }: Placed,
  trained: Trainable,
  sequences: readonly Sequence[],
  microTokens: number,
): Promise<Readonly<Record<string, unknown>>> {
  const now = { ...model, params: trained.params ?? model.params, score: trained.score! };
  const low = adapter && { ...adapter, params: trained.adapter! };
  const scores = await rewardScores(device, now, sequences, { microTokens, adapter: low });
  const { reward: _, ...tare } = (json?.tare ?? {}) as Record<string, unknown>;
  const differ = scores.some((score) => score !== scores[0]);
  return { ...json, tare: { ...tare, ...differ && { reward: calibrate(scores) } } };
}
