/** How much annotators can be relied upon. For the owner of a study: annotators get to see none of it. */
import { signTest } from "../stats/signs.ts";
import type { VoteEvent } from "./event.ts";
import { type StudyState, winnerOf } from "./state.ts";

/** A reason to look at somebody's votes. */
export interface QualityFlag {
  /** Votes come too quickly, gold checks fail, or the same side wins too often. */
  readonly kind: "quick" | "gold" | "side";
  /** What was found, in a sentence. */
  readonly reason: string;
}

/** What an annotator's votes look like. Shares are from 0 to 1, and null where there is nothing to take them of. */
export interface AnnotatorQuality {
  /** Who. */
  readonly annotator: string;
  /** Votes that stand, skips and gold checks among them. */
  readonly votes: number;
  /** Of these, how many are skips. */
  readonly skips: number;
  /** Share of ties, both-bad among them, in votes that are no skips. */
  readonly ties: number | null;
  /** Share of left in votes for a side; about a half, for sides are drawn. */
  readonly left: number | null;
  /** Share of gold checks that were answered rightly; skips do not count. */
  readonly gold: number | null;
  /** How many gold checks were answered. */
  readonly goldVotes: number;
  /** Median of milliseconds taken. */
  readonly dwell: number | null;
  /** Share of votes that took less than the study's `leastDwell`. */
  readonly quick: number | null;
  /** Share of other people's verdicts on the same tasks, gold checks aside, that are the same as this annotator's. */
  readonly agreement: number | null;
  /** What to look at. */
  readonly flags: readonly QualityFlag[];
}

/** From where on something is flagged. */
export interface QualityLimits {
  /** Share of quick votes above which somebody is too quick. @default {0.25} */
  readonly quick?: number;
  /** Share of right gold checks below which somebody fails them. @default {0.7} */
  readonly gold?: number;
  /** Least number of timed votes, or of gold checks, to judge by. @default {4} */
  readonly least?: number;
  /** p-value, of the exact two-sided binomial test of left against right, below which a side wins too often. @default {0.001} */
  readonly side?: number;
}

/**
 * Reports on every annotator who voted.
 *
 * @param state The study.
 * @param limits From where on something is flagged.
 * @returns A report for each, sorted by name.
 *
 * @example Usage
 * ```ts
 * import { annotatorQuality, createStudy, memoryStudyStore, openStudy } from "@tare/eval/human";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const store = memoryStudyStore();
 * await createStudy(store, {
 *   ...{ name: "tea", instructions: "Which is more helpful?", overlap: 2, lease: 600_000, goldShare: 0 },
 *   ...{ secret: "0123456789abcdef", leastDwell: 2_000 },
 *   tasks: [{
 *     ...{ promptId: "1", prompt: "Tea?" },
 *     ...{ a: { policy: "ppo", response: " Yes." }, b: { policy: "sft", response: " No." } },
 *   }],
 * });
 * const study = await openStudy(store, "tea");
 * const next = await study.next("ann");
 * assert(next.outcome === "task");
 * await study.vote("ann", { id: crypto.randomUUID(), task: next.task.id, choice: "tie", dwell: 300 });
 * const [ann] = await study.view((state) => annotatorQuality(state, { least: 1 }));
 * assertEquals(ann?.flags.map(({ reason }) => reason), ["100 % of 1 votes took less than 2000 ms"]);
 * ```
 */
export function annotatorQuality(state: StudyState, limits: QualityLimits = {}): AnnotatorQuality[] {
  const voted = [...state.annotators].filter(([, { votes }]) => votes.size > 0);
  const reports = voted.map(([annotator, { votes }]) => report(state, annotator, [...votes.values()], limits));
  return reports.sort((a, b) => a.annotator < b.annotator ? -1 : 1);
}

function report(
  state: StudyState,
  annotator: string,
  votes: readonly VoteEvent[],
  { quick = 0.25, gold = 0.7, least = 4, side = 0.001 }: QualityLimits,
): AnnotatorQuality {
  const { tasks, leastDwell } = state.study;
  const said = votes.filter(({ choice }) => choice !== "skip");
  const ties = said.filter((vote) => winnerOf(vote) === "tie");
  const left = said.filter(({ choice }) => choice === "left").length;
  const right = said.length - ties.length - left;
  const checks = said.filter(({ task }) => tasks[task]!.gold !== undefined);
  const passed = checks.filter((vote) => winnerOf(vote) === tasks[vote.task]!.gold).length;
  const dwells = votes.flatMap(({ dwell }) => dwell ?? []).sort((a, b) => a - b);
  const hasty = dwells.filter((dwell) => dwell < leastDwell).length;
  const others = said.flatMap((vote) => sameAsOthers(state, vote));
  const p = signTest(left, right);
  const flags: readonly (QualityFlag | false)[] = [
    dwells.length >= least && hasty > quick * dwells.length && {
      kind: "quick",
      reason: `${percent(hasty, dwells.length)} of ${dwells.length} votes took less than ${leastDwell} ms`,
    },
    checks.length >= least && passed < gold * checks.length && {
      kind: "gold",
      reason: `${passed} of ${checks.length} gold checks were answered rightly`,
    },
    p < side && {
      kind: "side",
      reason: `${left} votes for the left and ${right} for the right come from a coin with p = ${p.toExponential(1)}`,
    },
  ];
  return {
    ...{ annotator, votes: votes.length, skips: votes.length - said.length },
    ...{ ties: share(ties.length, said.length), left: share(left, left + right) },
    ...{ gold: share(passed, checks.length), goldVotes: checks.length },
    ...{ dwell: median(dwells), quick: share(hasty, dwells.length) },
    agreement: share(others.filter(Boolean).length, others.length),
    flags: flags.filter((flag) => flag !== false),
  };
}

/** Whether each other verdict on a task is the same as this one. */
function sameAsOthers({ study, votes }: StudyState, vote: VoteEvent): boolean[] {
  if (study.tasks[vote.task]!.gold !== undefined) return [];
  const others = [...votes[vote.task]!.values()].filter(({ annotator }) => annotator !== vote.annotator);
  return others.map(winnerOf).filter((winner) => winner !== undefined).map((winner) => winner === winnerOf(vote));
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function percent(part: number, whole: number): string {
  return `${Math.round(100 * part / whole)} %`;
}

function median(sorted: readonly number[]): number | null {
  const middle = sorted.length / 2;
  return sorted.length === 0 ? null : (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
