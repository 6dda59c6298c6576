/** Verdicts of judges that are asked. */
import { type Judge, judgePairs, type VerdictRow } from "@tare/eval";
import type { ScoredResponse } from "./table.ts";
import type { Tally } from "./tally.ts";
import { byPolicy, type PolicyPair } from "./verdicts.ts";

/**
 * Asks judges about pairs of policies.
 *
 * @param judges By their names in the table.
 * @param responses What the policies said.
 * @param pairs Which policies are compared.
 * @param concurrency Comparisons at a time.
 * @param tally Counts them.
 * @param signal Ends it.
 * @returns Verdicts, judge by judge and pair by pair in the order of the prompts.
 */
export async function judgeResponses(
  judges: Readonly<Record<string, Judge>>,
  responses: readonly ScoredResponse[],
  pairs: readonly PolicyPair[],
  concurrency: number,
  tally: Tally,
  signal: AbortSignal,
): Promise<VerdictRow[]> {
  const policies = byPolicy(responses);
  const asked = pairs.flatMap(([nameA, nameB]) =>
    [...policies.get(nameA)!.values()].map(({ promptId, prompt, response: a }) => ({
      ...{ promptId, prompt, a, b: policies.get(nameB)!.get(promptId)!.response },
      policies: { a: nameA, b: nameB },
    }))
  );
  const rows: VerdictRow[] = [];
  for (const [name, judge] of Object.entries(judges)) {
    const begin = rows.length;
    for await (const { index, pair, verdict } of judgePairs(judge, asked, { concurrency, signal })) {
      rows[begin + index] = { judge: name, promptId: pair.promptId, ...pair.policies, ...verdict };
      tally(1, `verdicts of ${name}`);
    }
  }
  return rows;
}
