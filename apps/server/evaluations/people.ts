/** What people found: their votes pooled, how far they agree, and how far each judge agrees with them. */
import {
  agreement,
  type Coefficient,
  type JudgeAgreement,
  krippendorffAlpha,
  type VerdictRow,
  type Winner,
  type WinRate,
  winRate,
} from "@tare/eval";
import {
  type AnnotatorQuality,
  annotatorQuality,
  humanVerdicts,
  type Ratings,
  ratingsOf,
  type StudyProgress,
  studyProgress,
  type StudyState,
} from "@tare/eval/human";

/** How far a study is, as far as votes say. */
export type Progress = Omit<StudyProgress, "held" | "annotators">;

/** What a study says, before anything is computed that takes long. */
export interface StudyFacts {
  /** Changes with every vote: what was computed of another version is out of date. */
  readonly version: string;
  /** Votes as verdicts; the judge is the annotator. */
  readonly votes: readonly VerdictRow[];
  /** Who said what of which task. */
  readonly ratings: Ratings;
  /** How far each annotator can be relied upon. */
  readonly quality: readonly AnnotatorQuality[];
  /** How far the study is. */
  readonly progress: Progress;
}

/** Reads it off a study. What changes with leases or with time is left out, so that it changes with the version alone. */
export function factsOf(state: StudyState, now: number): StudyFacts {
  const { held: _, annotators: __, ...progress } = studyProgress(state, now);
  return {
    version: studyVersion(state),
    votes: humanVerdicts(state),
    ratings: ratingsOf(state),
    quality: annotatorQuality(state),
    progress,
  };
}

/** Says how many votes were ever cast or taken back, of how many that are needed: a new study in place of another has another. */
export function studyVersion({ study, cast, undone }: StudyState): string {
  const plain = study.tasks.filter(({ gold }) => gold === undefined).length;
  return `${cast.size + undone.size}/${plain * study.overlap}`;
}

/** What is computed from votes. */
export interface PeopleInput {
  /** Votes as verdicts. */
  readonly votes: readonly VerdictRow[];
  /** Who said what of which task. */
  readonly ratings: Ratings;
  /** Verdicts of judges. */
  readonly verdicts: readonly VerdictRow[];
  /** Policies in their order. */
  readonly policies: readonly string[];
}

/** What people found about a pair of policies, from the side of `a`: every vote counts as one. */
export interface PeopleComparison extends WinRate {
  /** The policy that comes first in the order of policies. */
  readonly a: string;
  /** The other. */
  readonly b: string;
}

/** How far people agree with each other. */
export interface PeopleAgreement {
  /** How many of them voted. */
  readonly annotators: number;
  /** Tasks that two of them or more decided. */
  readonly tasks: number;
  /** Krippendorff's α, outcomes being the same or not. */
  readonly nominal: Coefficient;
  /** The same with a tie in the middle. */
  readonly ordinal: Coefficient;
}

/** How far a judge agrees with people. */
export interface Against {
  /** Id of the judge. */
  readonly judge: string;
  /** What was found, or why there is nothing. In it, `a` is the policy that comes first in the order of policies. */
  readonly found: JudgeAgreement | { readonly refused: string };
}

/** What people found. */
export interface PeopleFound {
  /** Every pair that they voted on. */
  readonly comparisons: readonly PeopleComparison[];
  /** How far they agree. */
  readonly agreement: PeopleAgreement;
  /** Each judge against them. */
  readonly against: readonly Against[];
}

/** Computes it. Intervals draw whole prompts anew, so that votes on one prompt count as what they are: alike. */
export function peopleOf({ votes, ratings, verdicts, policies }: PeopleInput): PeopleFound {
  const judges = [...new Set(verdicts.map(({ judge }) => judge))].sort();
  const units = ratings.rows;
  return {
    comparisons: comparisonsOf(votes, policies),
    agreement: {
      annotators: ratings.annotators.length,
      tasks: units.filter((unit) => unit.filter((rating) => rating !== null).length > 1).length,
      nominal: krippendorffAlpha(units, "nominal"),
      ordinal: krippendorffAlpha(units, "ordinal"),
    },
    against: judges.map((judge) => ({
      judge,
      found: agreementIn(policies, verdicts.filter((row) => row.judge === judge), votes),
    })),
  };
}

/** The statistic goes by the order of names: here they are their places, so that it goes by the order of policies. */
function agreementIn(
  policies: readonly string[],
  verdicts: readonly VerdictRow[],
  votes: readonly VerdictRow[],
): Against["found"] {
  const places = new Map(policies.map((name, i) => [name, `${i}`.padStart(6, "0")]));
  const placed = (row: VerdictRow) => ({ ...row, a: places.get(row.a)!, b: places.get(row.b)! });
  const found = agreement(verdicts.map(placed), votes.map(placed));
  if ("refused" in found) return found;
  const named = (place: string) => policies[Number(place)]!;
  return { ...found, gaps: found.gaps.map((gap) => ({ ...gap, a: named(gap.a), b: named(gap.b) })) };
}

function comparisonsOf(votes: readonly VerdictRow[], policies: readonly string[]): PeopleComparison[] {
  return policies.flatMap((a, i) =>
    policies.slice(i + 1).flatMap((b) => {
      const own = votes.filter((vote) => vote.a === a && vote.b === b || vote.a === b && vote.b === a)
        .sort((one, two) => one.promptId < two.promptId ? -1 : one.promptId > two.promptId ? 1 : 0);
      if (own.length === 0) return [];
      const seen = own.map((vote) => ({ winner: vote.a === a ? vote.winner : other[vote.winner] }));
      return [{ a, b, ...winRate(seen as VerdictRow[], own.map(({ promptId }) => promptId)) }];
    })
  );
}

const other: Readonly<Record<Winner, Winner>> = { a: "b", b: "a", tie: "tie", invalid: "invalid" };

/** What people are called where they stand among judges with one verdict on a pair. */
export const majority = "majority of people";

/**
 * One verdict for each pair that people voted on, as a panel decides: what more than half of them said, or else a tie. Each
 * one's vote stands in it.
 */
export function majorityOf(votes: readonly VerdictRow[]): VerdictRow[] {
  const pairs = Map.groupBy(votes, ({ promptId, a, b }) => JSON.stringify([promptId, a, b]));
  return [...pairs.values()].map((own) => {
    const { promptId, a, b } = own[0]!;
    const count = (side: Winner) => own.filter(({ winner }) => winner === side).length;
    const winner = (["a", "b"] as const).find((side) => count(side) > own.length / 2) ?? "tie";
    return {
      ...{ judge: majority, promptId, a, b, winner },
      members: Object.fromEntries(own.map(({ judge, winner }) => [judge, winner])),
    };
  });
}
