/** Votes in the form of verdicts, so that people are one judge among others. */
import type { ResponseRow, VerdictRow } from "../rows.ts";
import { type StudyState, winnerOf } from "./state.ts";

/**
 * Verdicts of a study: a row for each vote that stands. The judge is the annotator; equally good and both bad are ties; skips
 * and votes on gold checks give no row.
 *
 * @param state The study.
 * @returns The rows, by task and, within one, by who voted first.
 *
 * @example Usage
 * ```ts
 * import { createStudy, humanVerdicts, memoryStudyStore, openStudy } from "@tare/eval/human";
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
 * const choice = next.task.left === " Yes." ? "left" : "right";
 * await study.vote("ann", { id: crypto.randomUUID(), task: next.task.id, choice });
 * assertEquals(await study.view(humanVerdicts), [{ judge: "ann", promptId: "1", a: "ppo", b: "sft", winner: "a" }]);
 * ```
 */
export function humanVerdicts({ study, votes }: StudyState): VerdictRow[] {
  return study.tasks.flatMap(({ promptId, a, b, gold }, task) =>
    gold !== undefined ? [] : [...votes[task]!.values()].flatMap((vote): VerdictRow[] => {
      const winner = winnerOf(vote);
      return winner ? [{ judge: vote.annotator, promptId, a: a.policy, b: b.policy, winner }] : [];
    })
  );
}

/**
 * Responses of a study: what each policy said to each prompt, without gold checks.
 *
 * @param state The study.
 * @returns The rows, in the order of the tasks.
 *
 * @example Usage
 * ```ts
 * import { createStudy, humanResponses, memoryStudyStore, openStudy } from "@tare/eval/human";
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
 * assertEquals(await study.view(humanResponses), [
 *   { policy: "ppo", promptId: "1", prompt: "Tea?", response: " Yes." },
 *   { policy: "sft", promptId: "1", prompt: "Tea?", response: " No." },
 * ]);
 * ```
 */
export function humanResponses({ study }: StudyState): ResponseRow[] {
  const rows = new Map<string, ResponseRow>();
  for (const { promptId, prompt, a, b, gold } of study.tasks) {
    if (gold !== undefined) continue;
    for (const { policy, response } of [a, b]) {
      rows.set(JSON.stringify([promptId, policy]), { policy, promptId, prompt, response });
    }
  }
  return [...rows.values()];
}
