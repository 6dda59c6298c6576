/** Verdicts put in order: by judge, by pair of policies, by prompt, each seen from the same side. */
import type { ResponseRow, VerdictRow } from "../rows.ts";
import { byCode, type Evaluation, responsesOf, swapped } from "./evaluation.ts";
import { shown } from "./fields.ts";

/** A verdict with what it is about. */
export interface Judged {
  /** The verdict, seen from the policy that comes first in the order of policies. */
  readonly verdict: VerdictRow;
  /** What that policy said. */
  readonly a: ResponseRow;
  /** What the other one said. */
  readonly b: ResponseRow;
}

/** What one judge decided about one pair of policies. */
export interface JudgedPair {
  /** Id of the judge. */
  readonly judge: string;
  /** The policy that comes first in the order of policies. */
  readonly a: string;
  /** The other. */
  readonly b: string;
  /** Its verdicts, by the ids of their prompts. */
  readonly judged: readonly Judged[];
}

/** An evaluation in an order that its rows do not decide, but for the policies. */
export interface Ordered {
  /** Names of policies: as given, or as they first come in the responses. */
  readonly policies: readonly string[];
  /** Ids of judges, by code units. */
  readonly judges: readonly string[];
  /** Everything that was judged: by judge, then by pair. */
  readonly pairs: readonly JudgedPair[];
}

/**
 * Puts an evaluation in order.
 *
 * @param evaluation Responses and verdicts.
 * @param order Names of all policies in the order that is wanted.
 * @throws {RangeError} If rows do not fit together, or the order lacks a policy or names one that is not there.
 */
export function orderedOf(evaluation: Evaluation, order?: readonly string[]): Ordered {
  const find = responsesOf(evaluation);
  const policies = checkOrder([...new Set(evaluation.responses.map(({ policy }) => policy))], order);
  const rank = new Map(policies.map((name, i) => [name, i]));
  const groups = new Map<string, Judged[]>();
  for (const given of evaluation.verdicts) {
    const verdict = rank.get(given.a)! < rank.get(given.b)! ? given : swapped(given);
    const [a, b] = find(verdict);
    const key = JSON.stringify([verdict.judge, a.policy, b.policy]);
    const group = groups.get(key);
    if (group) group.push({ verdict, a, b });
    else groups.set(key, [{ verdict, a, b }]);
  }
  const judges = [...new Set(evaluation.verdicts.map(({ judge }) => judge))].sort();
  const pairs = judges.flatMap((judge) =>
    policies.flatMap((a, i) =>
      policies.slice(i + 1).flatMap((b) => {
        const judged = groups.get(JSON.stringify([judge, a, b]));
        return judged ? [{ judge, a, b, judged: judged.toSorted(byPrompt) }] : [];
      })
    )
  );
  return { policies, judges, pairs };
}

function checkOrder(found: readonly string[], order = found): readonly string[] {
  const missing = found.filter((name) => !order.includes(name));
  if (missing.length === 0 && new Set(order).size === order.length && order.length === found.length) return order;
  throw new RangeError(`Expected the order of policies to name ${shown(found)}, each once, but found ${shown(order)}`);
}

function byPrompt(one: Judged, two: Judged): number {
  return byCode(one.verdict.promptId, two.verdict.promptId);
}
