/** An evaluation: responses and verdicts that fit together. */
import type { ResponseRow, VerdictRow } from "../rows.ts";
import { shown } from "./fields.ts";

/** What was said, and what was decided about it. */
export interface Evaluation {
  /** What policies said: one response a policy and prompt. */
  readonly responses: readonly ResponseRow[];
  /** What judges decided: one verdict a judge, prompt and pair of policies, which may stand in either order. */
  readonly verdicts: readonly VerdictRow[];
}

/** Finds the responses that a verdict is about. */
export type FindResponses = (verdict: VerdictRow) => readonly [a: ResponseRow, b: ResponseRow];

/**
 * Checks that rows fit together.
 *
 * @param evaluation Responses and verdicts.
 * @returns What finds the two responses of each verdict.
 * @throws {RangeError} If a verdict is about a response that is not there, rows stand twice, or a prompt has two texts.
 *
 * @example Usage
 * ```ts
 * import { responsesOf } from "@tare/eval/report";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const said = { promptId: "p", prompt: "2 + 2?" };
 * const responses = [{ policy: "sft", response: "5", ...said }, { policy: "ppo", response: "4", ...said }];
 * const verdict = { judge: "ann", promptId: "p", a: "sft", b: "ppo", winner: "b" } as const;
 *
 * const find = responsesOf({ responses, verdicts: [verdict] });
 * assertEquals(find(verdict).map(({ response }) => response), ["5", "4"]);
 * assertThrows(() => responsesOf({ responses, verdicts: [verdict, verdict] }), RangeError, "about \"sft\" and \"ppo\" again");
 * ```
 */
export function responsesOf({ responses, verdicts }: Evaluation): FindResponses {
  const prompts = new Map<string, Map<string, ResponseRow>>();
  for (const [i, row] of responses.entries()) {
    const said = prompts.get(row.promptId) ?? new Map<string, ResponseRow>();
    prompts.set(row.promptId, said);
    const name = `response ${i + 1}, of policy ${shown(row.policy)} to prompt ${shown(row.promptId)},`;
    if (said.has(row.policy)) throw new RangeError(`Expected one response a policy and prompt but found ${name} again`);
    const [other = row] = said.values();
    if (other.prompt !== row.prompt) {
      throw new RangeError(`Expected one text a prompt but found ${name} with another than before`);
    }
    said.set(row.policy, row);
  }
  const policies = new Set(responses.map(({ policy }) => policy));
  const known = new Set<string>();
  for (const [i, row] of verdicts.entries()) {
    const { judge, promptId, a, b } = row;
    const name = `verdict ${i + 1}, of judge ${shown(judge)} on prompt ${shown(promptId)}`;
    if (a === b) throw new RangeError(`Expected two policies but found ${shown(a)} against itself in ${name}`);
    const said = prompts.get(promptId);
    if (!said) throw new RangeError(`Expected prompts that have responses but found ${name}, which has none`);
    for (const policy of [a, b]) {
      if (said.has(policy)) continue;
      const what = policies.has(policy) ? "which did not answer it" : "which has no responses at all";
      throw new RangeError(`Expected policies that have responses but found ${name} about ${shown(policy)}, ${what}`);
    }
    const key = JSON.stringify([judge, promptId, ...[a, b].sort()]);
    if (known.has(key)) {
      const pair = `${shown(a)} and ${shown(b)}`;
      throw new RangeError(`Expected one verdict a judge, prompt and pair but found ${name} about ${pair} again`);
    }
    known.add(key);
  }
  return ({ promptId, a, b }) => [prompts.get(promptId)!.get(a)!, prompts.get(promptId)!.get(b)!];
}

const other = { a: "b", b: "a", tie: "tie", invalid: "invalid" } as const;

/** The same verdict with a and b in each other's place, games and members of a panel included. */
export function swapped(row: VerdictRow): VerdictRow {
  const { a, b, games, members } = row;
  return {
    ...row,
    ...{ a: b, b: a, winner: other[row.winner] },
    ...games && { games: games.map((game) => ({ ...game, first: other[game.first], winner: other[game.winner] })) },
    ...members &&
      { members: Object.fromEntries(Object.entries(members).map(([id, winner]) => [id, other[winner]])) },
  } as VerdictRow; // its reason is still there if there is no decision
}

/** Which of two texts comes first, by code units: the same in every language and place. */
export function byCode(one: string, two: string): number {
  return one < two ? -1 : one > two ? 1 : 0;
}
