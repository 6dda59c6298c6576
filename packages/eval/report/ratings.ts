/** What takes all policies or all judges together: strengths, and agreement of every two judges. */
import type { VerdictRow } from "../rows.ts";
import { agreement, type JudgeAgreement } from "../stats/agreement.ts";
import { type BradleyTerry, bradleyTerry } from "../stats/bradley_terry.ts";
import type { JudgedPair, Ordered } from "./judged_pairs.ts";

/** How bootstraps draw. */
export interface Draws {
  /** Times that prompts are drawn anew. */
  readonly rounds: number;
  /** Seed. */
  readonly seed: number;
}

/** How far two judges agree on what both judged. */
export interface PairAgreement {
  /** Id of one judge. */
  readonly one: string;
  /** Id of the other. */
  readonly other: string;
  /**
   * What {@linkcode agreement} finds of `one` as the judge, and `other` as the only person; or why there is nothing. Its
   * outcomes `a` and `b` are the policies in the order of the summary.
   */
  readonly found: JudgeAgreement | { readonly refused: string };
}

/** Strengths of the policies by one judge; nothing where it has valid verdicts on no more than two, whose win rate says it all. */
export function ratingsOf(
  pairs: readonly JudgedPair[],
  policies: readonly string[],
  draws: Draws,
): BradleyTerry | { readonly refused: string } | undefined {
  const rated = pairs.filter(({ judged }) => judged.some(({ verdict }) => verdict.winner !== "invalid"));
  if (new Set(rated.flatMap(({ a, b }) => [a, b])).size < 3) return undefined;
  const { label, named } = labelsOf(policies);
  const found = bradleyTerry(pairs.flatMap(rowsOf).map(label), draws);
  if ("refused" in found) return found;
  const sets = (sets: readonly (readonly string[])[]) => sets.map((set) => set.map(named));
  return {
    ...found,
    policies: found.policies.map((rated) => ({ ...rated, policy: named(rated.policy) })),
    groups: sets(found.groups),
    undefeated: sets(found.undefeated),
    winless: sets(found.winless),
  };
}

/** Agreement of every two judges. */
export function agreementsOf({ judges, pairs, policies }: Ordered, draws: Draws): PairAgreement[] {
  const { label, named } = labelsOf(policies);
  const rows = new Map(
    judges.map((judge) => [judge, pairs.filter((pair) => pair.judge === judge).flatMap(rowsOf).map(label)]),
  );
  return judges.flatMap((one, i) =>
    judges.slice(i + 1).map((other) => {
      const found = agreement(rows.get(one)!, rows.get(other)!, draws);
      if ("refused" in found) return { one, other, found };
      return {
        one,
        other,
        found: { ...found, gaps: found.gaps.map((gap) => ({ ...gap, a: named(gap.a), b: named(gap.b) })) },
      };
    })
  );
}

function rowsOf({ judged }: JudgedPair): VerdictRow[] {
  return judged.map(({ verdict }) => verdict);
}

/** Statistics go by the order of names; these labels have the order of policies, so that names decide nothing. */
function labelsOf(policies: readonly string[]) {
  const labels = policies.map((_, i) => `${i}`.padStart(9, "0"));
  const labelOf = new Map(policies.map((name, i) => [name, labels[i]!]));
  return {
    label: (row: VerdictRow): VerdictRow => ({ ...row, a: labelOf.get(row.a)!, b: labelOf.get(row.b)! }),
    named: (label: string): string => policies[Number(label)]!,
  };
}
