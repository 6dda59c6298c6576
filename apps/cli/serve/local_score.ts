/** Scores of a reward model of this machine, in a thread of its own: votes never wait for them. */
import type { Score } from "@tare/server";
import type { Context } from "../command.ts";
import type { ScoreFacts, ScoreValues } from "./score_worker.ts";
import type { TextToScore } from "./text_episode.ts";
import { openThread } from "./thread.ts";

/** What a thread of this machine gives, until it is disposed of. */
export interface Local extends Disposable {
  /** Why it answers no more; `undefined` while it does. */
  readonly failure: string | undefined;
}

/**
 * Opens the reward model that `--reward` names.
 *
 * @param values The flags.
 * @param context For remarks, and to break off.
 * @throws {StageError} If it is no reward model, or does not fit.
 */
export async function openLocalScore(values: ScoreValues, context: Context): Promise<Score & Local> {
  const worker = new Worker(new URL("./score_worker.ts", import.meta.url), { type: "module" });
  const name = values.reward ?? "the reward model";
  const thread = await openThread<ScoreFacts, readonly TextToScore[], Float32Array>(worker, name, values, context);
  const score: Score = Object.assign(
    (rows: Parameters<Score>[0], signal?: AbortSignal) =>
      thread.call(rows.map(({ promptId, prompt, response }) => ({ promptId, prompt, response })), signal),
    thread.facts,
  );
  return withThread(score, thread);
}

/** Adds to a function the thread that it calls. */
export function withThread<F extends object>(f: F, thread: Local): F & Local {
  return Object.defineProperties(f, {
    failure: { get: () => thread.failure },
    [Symbol.dispose]: { value: () => thread[Symbol.dispose]() },
  }) as F & Local;
}
