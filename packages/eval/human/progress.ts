/** How far a study is. */
import { liveLease, type StudyState } from "./state.ts";

/** How far a study is; for its owner, not for annotators. */
export interface StudyProgress {
  /** Tasks that are no gold checks. */
  readonly tasks: number;
  /** Of these, how many have all their votes. */
  readonly complete: number;
  /** Votes that these need together. */
  readonly needed: number;
  /** Votes on these, skips among them. */
  readonly votes: number;
  /** Of these votes, how many are skips. */
  readonly skips: number;
  /** Votes on gold checks. */
  readonly goldVotes: number;
  /** Tasks that are held for somebody. */
  readonly held: number;
  /** Everybody who ever got a task. */
  readonly annotators: number;
}

/**
 * Counts how far a study is.
 *
 * @param state The study.
 * @param now Milliseconds since 1970, for leases that are over.
 * @returns Counts.
 *
 * @example Usage
 * ```ts
 * import { createStudy, memoryStudyStore, openStudy, studyProgress } from "@tare/eval/human";
 * import { assertEquals } from "@std/assert";
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
 * await study.next("ann");
 * const { needed, votes, held } = await study.view(studyProgress);
 * assertEquals([needed, votes, held], [2, 0, 1]);
 * ```
 */
export function studyProgress(state: StudyState, now: number): StudyProgress {
  const { study: { tasks, overlap }, annotators } = state;
  const plain = state.votes.filter((_, task) => tasks[task]!.gold === undefined);
  const votes = plain.flatMap((votes) => [...votes.values()]);
  return {
    tasks: plain.length,
    complete: plain.filter(({ size }) => size >= overlap).length,
    needed: plain.length * overlap,
    votes: votes.length,
    skips: votes.filter(({ choice }) => choice === "skip").length,
    goldVotes: state.votes.reduce((sum, { size }) => sum + size, -votes.length),
    held: [...annotators.keys()].filter((annotator) => liveLease(state, annotator, now)).length,
    annotators: annotators.size,
  };
}
