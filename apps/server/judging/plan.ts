/** What a job compares. */
import { createHash } from "node:crypto";
import type { Pair, ResponseRow, VerdictRow } from "@tare/eval";

/** Which of the possible comparisons are meant. */
export interface Plan {
  /** Pairs of policies. */
  readonly pairs: readonly (readonly [a: string, b: string])[];
  /** How many prompts of each pair; all of them without this. */
  readonly prompts?: number;
  /** Draws the prompts: an equal seed draws equal ones. Without it they are the first ones. */
  readonly seed?: number;
}

/** A comparison, and whose responses they are. */
export interface Comparison extends Pair {
  /** Names of the policies. */
  readonly policies: { readonly a: string; readonly b: string };
}

/** What a comparison is about, in whichever order its policies stand. */
export function comparisonKey({ promptId, a, b }: Pick<VerdictRow, "promptId" | "a" | "b">): string {
  return JSON.stringify([promptId, ...[a, b].sort()]);
}

/** Every two policies, as they come. */
export function allPairs(policies: readonly string[]): [a: string, b: string][] {
  return policies.flatMap((a, i) => policies.slice(i + 1).map((b): [string, string] => [a, b]));
}

/** The comparisons of a plan, pair by pair; a prompt counts if both policies responded to it. */
export function comparisonsOf(responses: readonly ResponseRow[], { pairs, prompts, seed }: Plan): Comparison[] {
  const said = new Map<string, Map<string, ResponseRow>>();
  for (const row of responses) {
    const own = said.get(row.policy) ?? new Map<string, ResponseRow>();
    said.set(row.policy, own.set(row.promptId, row));
  }
  return pairs.flatMap(([a, b]) => {
    const [first, second] = [said.get(a), said.get(b)];
    const both = [...first?.values() ?? []].filter(({ promptId }) => second?.has(promptId));
    return drawn(both, prompts, seed).map(({ promptId, prompt, response }) => ({
      ...{ promptId, prompt, a: response, b: second!.get(promptId)!.response },
      policies: { a, b },
    }));
  });
}

/** Some of the rows, in their order: those whose hashes come first, so that pairs get the same prompts. */
function drawn(rows: readonly ResponseRow[], count = Infinity, seed?: number): readonly ResponseRow[] {
  if (seed === undefined || count >= rows.length) return rows.slice(0, count);
  const hash = (text: string) => createHash("sha256").update(JSON.stringify([seed, text])).digest("hex");
  const ranked = rows.map((row) => ({ row, rank: hash(row.promptId) })).sort((x, y) => x.rank < y.rank ? -1 : 1);
  const chosen = new Set(ranked.slice(0, count).map(({ row }) => row));
  return rows.filter((row) => chosen.has(row));
}

/**
 * What is left to do: comparisons that have no valid verdict of the judge.
 *
 * @param all What a job is about.
 * @param verdicts What was decided so far.
 * @param judge Id of the judge.
 * @param invalid Comparisons that this job has tried and that came to no decision.
 */
export function remaining(
  all: readonly Comparison[],
  verdicts: readonly VerdictRow[],
  judge: string,
  invalid: ReadonlySet<string> = new Set(),
): Comparison[] {
  const valid = verdicts.filter((row) => row.judge === judge && row.winner !== "invalid");
  const known = new Set(valid.map(comparisonKey));
  return all.filter(({ promptId, policies }) => {
    const key = comparisonKey({ promptId, ...policies });
    return !known.has(key) && !invalid.has(key);
  });
}
