import { assertAlmostEquals, assertEquals } from "@std/assert";
import { krippendorffAlpha } from "../stats/alpha.ts";
import { ratingsOf } from "./agreement.ts";
import type { Choice } from "./event.ts";
import { begin, given, studyOf, taskNumber } from "./fakes.ts";
import { studyProgress } from "./progress.ts";
import { humanResponses, humanVerdicts } from "./verdicts.ts";

/** Three annotators who say, of tasks 0 to 4, what the table has; A is the response that says yes. */
async function voted() {
  const tasks = [...studyOf(5).tasks, taskNumber(0, "a"), taskNumber(1, "a")];
  const { study, clock } = await begin(studyOf(5, { overlap: 3, goldShare: 0.3, tasks }));
  const said: Record<string, readonly ("a" | "b" | Choice)[]> = {
    ann: ["a", "b", "tie", "bad", "skip"],
    bob: ["a", "a", "bad", "tie", "skip"],
    eve: ["b", "b", "skip", "tie", "skip"],
  };
  for (const [name, list] of Object.entries(said)) {
    while ((await study.next(name)).outcome === "task") {
      const { id, prompt, left } = await given(study, name);
      const what = prompt.endsWith("!") ? "a" : list[Number(/\d/.exec(prompt)![0])]!;
      const isLeft = left.startsWith("Yes") === (what === "a");
      const choice = what === "a" || what === "b" ? isLeft ? "left" : "right" : what;
      await study.vote(name, { id: crypto.randomUUID(), task: id, choice });
    }
  }
  return { study, clock };
}

Deno.test("humanVerdicts() has a row for each vote: both bad is a tie, a skip is none, gold checks are left out", async () => {
  const { study } = await voted();
  const rows = await study.view(humanVerdicts);
  const of = (i: number) =>
    rows.filter(({ promptId }) => promptId === `PROMPT-ID-plain-${i}`).map(({ judge, winner }) => `${judge} ${winner}`);
  assertEquals([0, 1, 2, 3, 4].map(of), [
    ["ann a", "bob a", "eve b"],
    ["ann b", "bob a", "eve b"],
    ["ann tie", "bob tie"],
    ["ann tie", "bob tie", "eve tie"],
    [],
  ]);
  assertEquals(rows.length, 11);
  assertEquals(new Set(rows.map(({ a, b }) => `${a} ${b}`)), new Set(["POLICY-ONE POLICY-TWO"]));
});

Deno.test("humanResponses() has what each policy said to each prompt, once", async () => {
  const { study } = await voted();
  const rows = await study.view(humanResponses);
  assertEquals(rows.length, 10);
  assertEquals(rows[3], {
    ...{ policy: "POLICY-TWO", promptId: "PROMPT-ID-plain-1", prompt: "Question 1?", response: "No to 1" },
  });
});

Deno.test("ratingsOf() has tasks for rows and annotators for columns", async () => {
  const { study } = await voted();
  assertEquals(await study.view(ratingsOf), {
    annotators: ["ann", "bob", "eve"],
    rows: [[1, 1, 0], [0, 1, 0], [0.5, 0.5, null], [0.5, 0.5, 0.5]],
  });
});

Deno.test("studyProgress() counts plain tasks and gold checks apart", async () => {
  const { study } = await voted();
  const { goldVotes, ...rest } = await study.view(studyProgress);
  assertEquals(rest, { tasks: 5, complete: 5, needed: 15, votes: 15, skips: 4, held: 0, annotators: 3 });
  const gold = (await Array.fromAsync(study.events())).filter(({ kind, task }) => kind === "vote" && task > 4);
  assertEquals(goldVotes, gold.length);
  assertEquals(goldVotes > 0, true);
});

Deno.test("ratingsOf() is what Krippendorff's α takes", async () => {
  const { study } = await voted();
  const { rows } = await study.view(ratingsOf);
  // n = 11: of 1 three, of 0 three, of 0.5 five. Unlike ordered pairs: 11² − 9 − 9 − 25 = 78, and of units 4 / 2 each of two.
  assertAlmostEquals(krippendorffAlpha(rows, "nominal").value!, 1 - 10 * (4 / 2 + 4 / 2) / 78, 1e-12);
});
