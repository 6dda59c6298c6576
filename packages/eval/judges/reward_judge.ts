/** Judges that compare rewards, scored many at once. */
import type { Judge } from "../verdict.ts";
import { scoreJudge } from "./score_judge.ts";

/** What a reward is for. */
export interface RewardRow {
  /** Names the prompt. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** What was said to it. */
  readonly response: string;
}

/** What {@linkcode rewardJudge} compares. */
export interface RewardJudgeOptions {
  /** What scores: part of what a verdict is kept under. */
  readonly id: string;
  /** Scores rows: as many numbers as rows, in their order. One that is not finite makes its comparison invalid. */
  readonly score: (rows: readonly RewardRow[], signal?: AbortSignal) => Promise<ArrayLike<number>>;
  /** Rewards that lie no farther apart are a tie. @default {0} */
  readonly tie?: number;
  /** Most rows of a call. @default {32} */
  readonly batch?: number;
}

/** A row that waits for its score. */
interface Waiting extends RewardRow {
  readonly signal: AbortSignal | undefined;
  readonly resolve: (score: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A judge by rewards: the higher one wins. Comparisons that are asked for in the same turn, or while others are scored, are
 * scored together, one call after another, in the order in which they were asked for. A call that fails rejects the
 * comparisons that had a row in it, and no others.
 *
 * @param options What scores, how many rows at a time, and when it is a tie.
 * @returns The judge.
 * @throws {RangeError} If `tie` or `batch` makes no sense.
 *
 * @example Usage
 * ```ts
 * import { rewardJudge } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const calls: number[] = [];
 * const judge = rewardJudge({
 *   id: "length",
 *   score(rows) {
 *     calls.push(rows.length);
 *     return Promise.resolve(rows.map(({ response }) => response.length));
 *   },
 * });
 * const said = [["Yes.", "No."], ["No.", "Maybe."]] as const;
 * const verdicts = await Promise.all(
 *   said.map(([a, b], i) => judge.compare({ promptId: `${i}`, prompt: "Tea?", a, b })),
 * );
 * assertEquals(verdicts, [{ winner: "a" }, { winner: "b" }]);
 * assertEquals(calls, [4]);
 * ```
 */
export function rewardJudge({ id, score, tie = 0, batch = 32 }: RewardJudgeOptions): Judge {
  if (!(Number.isSafeInteger(batch) && batch > 0)) {
    throw new RangeError(`Expected batch to be a whole number above 0 but found ${batch}`);
  }
  let waiting: Waiting[] = [];
  let running = false;

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve)); // what else is asked for in this turn comes along
      waiting = waiting.filter(({ signal, reject }) => !signal?.aborted || reject(signal.reason));
      await call(waiting.splice(0, batch));
    }
    running = false;
  }

  async function call(rows: readonly Waiting[]): Promise<void> {
    if (rows.length === 0) return;
    const signals = new Set(rows.map(({ signal }) => signal)); // a call that several wait for is not one's to end
    try {
      const asked = rows.map(({ promptId, prompt, response }) => ({ promptId, prompt, response }));
      const scores = await score(asked, signals.size === 1 ? rows[0]!.signal : undefined);
      if (scores.length !== rows.length) {
        throw new RangeError(`Expected ${rows.length} scores of ${id} but found ${scores.length}`);
      }
      rows.forEach(({ resolve }, i) => resolve(scores[i]!));
    } catch (error) {
      rows.forEach(({ reject }) => reject(error));
    }
  }

  const one = (row: RewardRow, signal?: AbortSignal) =>
    new Promise<number>((resolve, reject) => {
      waiting.push({ ...row, signal, resolve, reject });
      if (!running) {
        running = true;
        work();
      }
    });
  const judgeOn = (promptId: string) =>
    scoreJudge({ id, tie, score: (prompt, response, signal) => one({ promptId, prompt, response }, signal) });
  judgeOn(""); // refuses a tie that makes no sense before anybody asks
  return { id, compare: (pair, signal) => judgeOn(pair.promptId).compare(pair, signal) };
}
