/** What both a judge and people decided. */
import type { Winner } from "../verdict.ts";

/** What a rater, a judge or a person, decided about two policies on a prompt; a line of `verdicts.jsonl` is one. */
export interface Vote {
  /** Id of the judge, or of the annotator. */
  readonly judge: string;
  /** Names the prompt. */
  readonly promptId: string;
  /** Name of one policy. */
  readonly a: string;
  /** Name of the other. */
  readonly b: string;
  /** Who won. */
  readonly winner: Winner;
}

/** A valid outcome. */
export type Outcome = Exclude<Winner, "invalid">;

/** An item that both decided. */
export interface Overlap {
  /** Names the prompt. */
  readonly promptId: string;
  /** Of the two names the smaller one. */
  readonly a: string;
  /** The other. */
  readonly b: string;
  /** What the judge decided. */
  readonly judge: Outcome;
  /** What people did. */
  readonly people: readonly Outcome[];
}

/** How many there are of the judge's, and of people's. */
export interface Both {
  /** Of the judge's. */
  readonly judge: number;
  /** Of people's. */
  readonly people: number;
}

/**
 * Matches verdicts with votes on the same prompt and the same two policies, whichever of them is `a`.
 *
 * @param judgeRows Verdicts of one judge.
 * @param peopleRows Votes.
 * @returns Items in the order of prompts and names, and how many rows are in none.
 * @throws {RangeError} If a rater decided an item twice, or `judgeRows` are of several judges.
 */
export function overlapOf(
  judgeRows: readonly Vote[],
  peopleRows: readonly Vote[],
): { items: Overlap[]; invalid: Both; unmatched: Both } {
  const judges = [...new Set(judgeRows.map(({ judge }) => judge))];
  if (judges.length > 1) {
    throw new RangeError(
      `Expected verdicts of one judge but found ${judges.join(", ")}: compare each with people by itself`,
    );
  }
  const [verdicts, votes] = [itemsOf(judgeRows), itemsOf(peopleRows)];
  const common = [...verdicts.keys()].filter((key) => votes.has(key)).sort();
  const items = common.map((key): Overlap => {
    const [verdict] = verdicts.get(key)!;
    const { promptId, a, b, outcome } = verdict!;
    return { promptId, a, b, judge: outcome, people: votes.get(key)!.map(({ outcome }) => outcome) };
  });
  const valid = (rows: readonly Vote[]) => rows.filter(({ winner }) => winner !== "invalid").length;
  const voted = items.reduce((sum, { people }) => sum + people.length, 0);
  return {
    items,
    invalid: { judge: judgeRows.length - valid(judgeRows), people: peopleRows.length - valid(peopleRows) },
    unmatched: { judge: valid(judgeRows) - items.length, people: valid(peopleRows) - voted },
  };
}

interface Decided {
  readonly promptId: string;
  readonly a: string;
  readonly b: string;
  readonly outcome: Outcome;
}

/** Valid rows by item, `a` being the smaller name in all of them. */
function itemsOf(rows: readonly Vote[]): Map<string, Decided[]> {
  const seen = new Set<string>();
  const items = new Map<string, Decided[]>();
  for (const { judge, promptId, winner, ...row } of rows) {
    const swapped = row.a > row.b;
    const [a, b] = swapped ? [row.b, row.a] : [row.a, row.b];
    const key = JSON.stringify([promptId, a, b]);
    const vote = JSON.stringify([judge, key]);
    if (seen.has(vote)) {
      throw new RangeError(
        `Expected one row of a rater on an item but found several of ${judge} on ${promptId}, ${a} and ${b}: keep the last`,
      );
    }
    seen.add(vote);
    if (winner === "invalid") continue;
    const outcome = !swapped || winner === "tie" ? winner : winner === "a" ? "b" : "a";
    const decided = { promptId, a, b, outcome };
    const others = items.get(key);
    if (others) others.push(decided);
    else items.set(key, [decided]);
  }
  return items;
}
