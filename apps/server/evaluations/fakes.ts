/** Evaluations for tests: policies, prompts, verdicts of a judge, and people. */
import type { ResponseRow, VerdictRow } from "@tare/eval";
import { createStudy, type OpenStudy, openStudy, studyTasks } from "@tare/eval/human";
import type { Store } from "../store/store.ts";

/** Responses of policies to prompts. */
export function responsesOf(prompts: number, policies: readonly string[] = ["sft", "ppo"]): ResponseRow[] {
  return policies.flatMap((policy) =>
    Array.from({ length: prompts }, (_, i) => ({
      ...{ policy, promptId: `p${i}`, prompt: `Question ${i}?` },
      response: `${policy} says ${i}${"!".repeat(i % 3)}`,
    }))
  );
}

/** Verdicts of a judge for whom the second of two policies wins, mostly. */
export function verdictsOf(responses: readonly ResponseRow[], judge = "gpt"): VerdictRow[] {
  const [a, b] = new Set(responses.map(({ policy }) => policy));
  return responses.filter(({ policy }) => policy === a).map(({ promptId }, i): VerdictRow => {
    const about = { judge, promptId, a: a!, b: b! };
    if (i % 11 === 10) return { ...about, winner: "invalid", reason: "no verdict was found" };
    return { ...about, winner: i % 5 === 0 ? "tie" : i % 3 === 0 ? "a" : "b" };
  });
}

/** Makes the study of an evaluation. */
export async function startStudy(store: Store, id: string, overlap = 2): Promise<OpenStudy> {
  const { responses } = store.evaluations.rows(id);
  await createStudy(store.studies, {
    ...{ name: id, instructions: "Which is more helpful?", overlap, lease: 600_000, goldShare: 0 },
    ...{ secret: "0123456789abcdef", leastDwell: 0, tasks: studyTasks(responses) },
  });
  return await openStudy(store.studies, id);
}

/** Somebody votes on all they get, up to a number: for the longer response, or else a tie. */
export async function votes(study: OpenStudy, annotator: string, most: number): Promise<void> {
  for (let i = 0; i < most; i++) {
    const next = await study.next(annotator);
    if (next.outcome !== "task") return;
    const { id: task, left, right } = next.task;
    const choice = i % 4 === 3 ? "tie" : left > right ? "left" : "right";
    await study.vote(annotator, { id: crypto.randomUUID(), task, choice, dwell: 3_000 });
  }
}
