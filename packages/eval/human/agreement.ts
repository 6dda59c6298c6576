/** How far annotators agree: the table of who said what that measures of agreement take. */
import { type StudyState, winnerOf } from "./state.ts";

/** Who said what of which task. */
export interface Ratings {
  /** Everybody who voted, sorted: what the columns are. */
  readonly annotators: readonly string[];
  /**
   * A row for each task with a verdict, in the order of the tasks, without gold checks: 1 where A is better, 0.5 for a tie, 0
   * where B is, null where the annotator said nothing.
   */
  readonly rows: readonly (readonly (number | null)[])[];
}

const points = { a: 1, tie: 0.5, b: 0 } as const;

/**
 * Makes the table of ratings.
 *
 * @param state The study.
 * @returns Units (tasks) × annotators.
 *
 * @example Usage
 * ```ts
 * import { createStudy, memoryStudyStore, openStudy, ratingsOf } from "@tare/eval/human";
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
 * for (const [annotator, choice] of [["ann", "tie"], ["bob", "bad"]] as const) {
 *   const next = await study.next(annotator);
 *   assert(next.outcome === "task");
 *   await study.vote(annotator, { id: crypto.randomUUID(), task: next.task.id, choice });
 * }
 * assertEquals(await study.view(ratingsOf), { annotators: ["ann", "bob"], rows: [[0.5, 0.5]] });
 * ```
 */
export function ratingsOf({ study, annotators, votes }: StudyState): Ratings {
  const names = [...annotators].filter(([, mine]) => mine.votes.size > 0).map(([name]) => name).sort();
  const rows = study.tasks.flatMap(({ gold }, task) => {
    if (gold !== undefined) return [];
    const row = names.map((name) => {
      const vote = votes[task]!.get(name);
      const winner = vote && winnerOf(vote);
      return winner === undefined ? null : points[winner];
    });
    return row.some((rating) => rating !== null) ? [row] : [];
  });
  return { annotators: names, rows };
}
