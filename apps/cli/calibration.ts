/** The unit of a reward model's scores, stored in its `config.json`. */
import type { Device } from "@tare/core";
import type { Sequence } from "@tare/data";
import { calibrate, rewardScores, type Trainable } from "@tare/finetune";
import type { Placed } from "./start.ts";

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
