/** PPO's iterations as the steps of a run: with what was measured of their episodes, evaluations, and the best so far. */
import type { PpoState, PpoStep } from "@tare/ppo";
import { episodeMetrics, type Gold, linesOf, type UsedBaselines } from "./ppo_episodes.ts";
import type { RunStep } from "./run_step.ts";

/** What a PPO run needs to go on: the trainer's state, and which evaluation was the best. */
export interface PpoRunState extends PpoState {
  readonly best: { readonly step: number; readonly score: number } | null;
}

/** What is measured, and who is told. */
export interface Measuring {
  readonly baselines?: UsedBaselines;
  readonly gold?: Gold;
  /** Answers held-out prompts, if there are any. */
  readonly evaluate?: (state: PpoState) => Promise<Record<string, number>>;
  /** Iterations between evaluations; by default a tenth of the run. */
  readonly evalEvery?: number;
  /** The best evaluation before. */
  readonly best: PpoRunState["best"];
  readonly note: (line: string) => void;
}

/** Measures each iteration while it stands still. */
export async function* measured(
  iterations: AsyncIterable<PpoStep>,
  { baselines, gold, evaluate, evalEvery, best, note }: Measuring,
): AsyncGenerator<RunStep<PpoRunState>> {
  for await (const { iteration: step, iterations: steps, metrics, alarms, episodes, state } of iterations) {
    for (const alarm of alarms) note(`iteration ${step}: ${alarm}`);
    const lines = await linesOf(episodes, baselines, gold);
    const due = step % (evalEvery ?? Math.ceil(steps / 10)) === 0 || step === steps;
    const evaluation = due ? await evaluate?.(state) : undefined;
    const score = evaluation?.["eval/score"];
    const better = score !== undefined && score > (best?.score ?? -Infinity);
    if (better) best = { step, score };
    yield {
      ...{ step, steps, metrics: { ...metrics, ...episodeMetrics(lines, baselines !== undefined) }, episodes: lines },
      ...evaluation && { evaluation },
      ...{ best: better, state: { ...state, best } },
    };
  }
}
