/** Judges that compare two numbers. */
import type { Judge, Verdict } from "../verdict.ts";

/** What {@linkcode scoreJudge} compares. */
export interface ScoreJudgeOptions {
  /** What scores: part of what a verdict is kept under. */
  readonly id: string;
  /** How good a response is. */
  readonly score: (prompt: string, response: string, signal?: AbortSignal) => number | Promise<number>;
  /** Scores that lie no farther apart are a tie. @default {0} */
  readonly tie?: number;
}

/**
 * The verdict that two scores give.
 *
 * @param a Score of A.
 * @param b Score of B.
 * @param tie Scores that lie no farther apart are a tie.
 * @returns Who wins; invalid if a score is no finite number.
 *
 * @example Usage
 * ```ts
 * import { verdictOf } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(verdictOf(0.5, 0.49, 0.02), { winner: "tie" });
 * assertEquals(verdictOf(0.5, 0.4, 0.02), { winner: "a" });
 * ```
 */
export function verdictOf(a: number, b: number, tie = 0): Verdict {
  if (!Number.isFinite(a) || !Number.isFinite(b)) {
    return { winner: "invalid", reason: `Expected two finite scores but found ${a} and ${b}` };
  }
  const slack = 1e-9 * tie; // 0.5 − 0.48 is a little more than 0.02 in floating point
  if (Math.abs(a - b) <= tie + slack) return { winner: "tie" };
  return { winner: a > b ? "a" : "b" };
}

/**
 * A judge by scores: the higher one wins.
 *
 * @param options What scores, and when it is a tie.
 * @returns The judge.
 * @throws {RangeError} If `tie` is negative or no number.
 *
 * @example Usage
 * ```ts
 * import { scoreJudge } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const brief = scoreJudge({ id: "brief", score: (_prompt, response) => -response.length, tie: 1 });
 * assertEquals(await brief.compare({ promptId: "p", prompt: "2 + 2 =", a: " 4", b: " It is 4." }), { winner: "a" });
 * ```
 */
export function scoreJudge({ id, score, tie = 0 }: ScoreJudgeOptions): Judge {
  if (!(tie >= 0)) throw new RangeError(`Expected tie to be a difference of 0 or more but found ${tie}`);
  return {
    id,
    async compare({ prompt, a, b }, signal) {
      const scores = await Promise.all([score(prompt, a, signal), score(prompt, b, signal)]);
      return verdictOf(scores[0], scores[1], tie);
    },
  };
}
