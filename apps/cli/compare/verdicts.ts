/** `verdicts.jsonl`: who was found better, pair by pair and prompt by prompt. */
import { type ResponseRow, verdictOf, type VerdictRow } from "@tare/eval";
import { type ScoredResponse, scorers, scorersOf } from "./table.ts";

/** Two policies: the first is the later one in the list. */
export type PolicyPair = readonly [a: string, b: string];

/**
 * Which policies are compared with each other.
 *
 * @param names Policies in their order.
 * @param which Every two of them, or each with the first.
 */
export function policyPairs(names: readonly string[], which: "all" | "first"): PolicyPair[] {
  return names.flatMap((a, i) => names.slice(0, which === "all" ? i : Math.min(i, 1)).map((b): PolicyPair => [a, b]));
}

/** Responses of each policy to each prompt. */
export function byPolicy<R extends ResponseRow>(responses: readonly R[]): ReadonlyMap<string, ReadonlyMap<string, R>> {
  const policies = Map.groupBy(responses, ({ policy }) => policy);
  return new Map([...policies].map(([name, own]) => [name, new Map(own.map((row) => [row.promptId, row]))]));
}

/** The verdicts that scores give, by each that scored. */
export function scoreVerdicts(responses: readonly ScoredResponse[], pairs: readonly PolicyPair[]): VerdictRow[] {
  const policies = byPolicy(responses);
  return pairs.flatMap(([a, b]) =>
    scorersOf(responses).flatMap((judge) =>
      [...policies.get(a)!.values()].map((ours): VerdictRow => {
        const { promptId } = ours;
        const verdict = verdictOf(ours[judge]!, policies.get(b)!.get(promptId)![judge]!, scorers[judge].tie);
        return { judge, promptId, a, b, ...verdict };
      })
    )
  );
}
