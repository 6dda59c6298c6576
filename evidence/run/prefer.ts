/** A run of direct preference optimisation. */
import { encodePreference } from "@tare/data";
import { dpo } from "@tare/finetune";
import type { DpoArm } from "../arms.ts";
import { copyOf, rewardModel, rewardOf, sequences, sftModel } from "./models.ts";
import type { Place } from "./place.ts";
import { type Checkpoint, examine } from "./respond.ts";
import { amounts } from "../settings.ts";

const { pairs, context, microTokens } = amounts;
const checkpointsOfRun = 8;

/** Runs the arm. */
export async function prefer(place: Place, arm: DpoArm): Promise<object> {
  const { device, tokenizer, world, cell: { seed } } = place;
  const [reference, reward] = [await sftModel(place), rewardOf(place, await rewardModel(place))];
  const model = copyOf(reference);
  const train = sequences(world.preferences(pairs), (row) => encodePreference(tokenizer, row, { context }));
  const began = performance.now();
  let last = await examine(place, { step: 0, model, reference, reward });
  const checkpoints: Checkpoint[] = [last.checkpoint];
  const config = { batch: 32, ...arm.config, microTokens, seed };
  for await (const { step, steps } of dpo({ device, model, train, config })) {
    if (step < Math.round(checkpoints.length * steps / checkpointsOfRun)) continue;
    last = await examine(place, { step, model, reference, reward });
    checkpoints.push(last.checkpoint);
  }
  return {
    ...{ settings: { ...arm, config }, checkpoints, golds: last.golds, spent: { online: 0, offline: 0 } },
    seconds: (performance.now() - began) / 1000,
  };
}
