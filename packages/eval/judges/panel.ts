/** Several judges as one. */
import type { Judge, Verdict } from "../verdict.ts";
import { together } from "./together.ts";

/** What {@linkcode panel} may be told. */
export interface PanelOptions {
  /** Names the panel. @default {`panel(…)` with the ids of its members} */
  readonly id?: string;
}

/**
 * A judge that is the majority of others. Of the members that decide, more than half must agree on a response or on a tie;
 * otherwise it is a tie, as when there are as many for one response as for the other. If half of all members or more decide
 * nothing, neither does the panel.
 *
 * @param judges The members, which are asked at once.
 * @param options The panel's name.
 * @returns The judge. It rejects when a member does.
 * @throws {RangeError} If there is no member.
 * @throws {TypeError} If two members have one id.
 *
 * @example Usage
 * ```ts
 * import { panel, scoreJudge } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const long = scoreJudge({ id: "long", score: (_prompt, response) => response.length });
 * const polite = scoreJudge({ id: "polite", score: (_prompt, response) => Number(response.includes("please")) });
 * const calm = scoreJudge({ id: "calm", score: (_prompt, response) => -response.split("!").length });
 *
 * const judges = panel([long, polite, calm]);
 * const verdict = await judges.compare({ promptId: "p", prompt: "Tea?", a: "Yes please.", b: "Yes!" });
 * assertEquals(verdict, { winner: "a", members: { long: "a", polite: "a", calm: "a" } });
 * assertEquals(judges.id, "panel(long, polite, calm)");
 * ```
 */
export function panel(judges: readonly Judge[], options: PanelOptions = {}): Judge {
  const ids = judges.map(({ id }) => id);
  if (ids.length === 0) throw new RangeError("Expected one judge or more in a panel but found none");
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice !== undefined) throw new TypeError(`Expected judges with ids of their own but found "${twice}" twice`);
  return {
    id: options.id ?? `panel(${ids.join(", ")})`,
    async compare(pair, signal) {
      const verdicts = await together(judges.map((judge) => (stop) => judge.compare(pair, stop)), signal);
      const members = Object.fromEntries(verdicts.map(({ winner }, i) => [ids[i]!, winner]));
      return { ...decide(verdicts, ids), members };
    },
  };
}

function decide(verdicts: readonly Verdict[], ids: readonly string[]): Verdict {
  const count = { a: 0, b: 0, tie: 0, invalid: 0 };
  for (const { winner } of verdicts) count[winner]++;
  const valid = verdicts.length - count.invalid;
  if (count.invalid >= valid) {
    const reasons = verdicts.flatMap((v, i) => v.winner === "invalid" ? [`${ids[i]}: ${v.reason}`] : []);
    const of = `${count.invalid} of ${verdicts.length}`;
    return {
      winner: "invalid",
      reason: `Expected verdicts of more than half but found ${of} invalid: ${reasons.join("; ")}`,
    };
  }
  return { winner: (["a", "b"] as const).find((winner) => count[winner] > valid / 2) ?? "tie" };
}
