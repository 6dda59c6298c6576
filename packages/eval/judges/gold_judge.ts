/** The judge that knows the truth, where there is one. */
import { scoreJudge } from "./score_judge.ts";
import type { Judge } from "../verdict.ts";

/** What {@linkcode goldJudge} knows. */
export interface GoldJudgeOptions {
  /** How good a response truly is. */
  readonly score: (prompt: string, response: string) => number;
  /** Best score minus worst. @default {1} */
  readonly range?: number;
  /** Share of the range within which two responses are as good. @default {0.02} */
  readonly tie?: number;
}

/**
 * A judge by the gold score, as the preference world of `@tare/data/world` has one.
 *
 * @param options The gold score, its range, and how much of it makes a tie.
 * @returns The judge; its id is `gold`.
 * @throws {RangeError} If range or tie make no sense.
 *
 * @example Usage
 * ```ts
 * import { goldJudge } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const judge = goldJudge({ score: (_prompt, response) => Number(response) / 100 });
 * assertEquals(await judge.compare({ promptId: "p", prompt: "?", a: "50", b: "52" }), { winner: "tie" });
 * assertEquals(await judge.compare({ promptId: "p", prompt: "?", a: "50", b: "53" }), { winner: "b" });
 * ```
 */
export function goldJudge({ score, range = 1, tie = 0.02 }: GoldJudgeOptions): Judge {
  if (!(range > 0 && range < Infinity)) throw new RangeError(`Expected a range above 0 but found ${range}`);
  return scoreJudge({ id: "gold", score, tie: tie * range });
}
