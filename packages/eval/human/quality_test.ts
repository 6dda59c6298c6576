import { assertAlmostEquals, assertEquals } from "@std/assert";
import { signTest } from "../stats/signs.ts";
import type { Choice } from "./event.ts";
import { begin, given, studyOf, taskNumber } from "./fakes.ts";
import type { OpenStudy, ShownTask } from "./open_study.ts";
import { annotatorQuality } from "./quality.ts";

/** An annotator who votes until there is nothing left. */
async function annotate(
  study: OpenStudy,
  name: string,
  dwell: number,
  say: (task: ShownTask) => Choice,
): Promise<void> {
  while ((await study.next(name)).outcome === "task") {
    const task = await given(study, name);
    await study.vote(name, { id: crypto.randomUUID(), task: task.id, choice: say(task), dwell });
  }
}

/** The choice that is for the response beginning so. */
const pick = (text: string) => (task: ShownTask): Choice => task.left.startsWith(text) ? "left" : "right";

Deno.test("annotatorQuality() flags who is too quick, who fails gold checks, and who always takes one side", async () => {
  const gold = Array.from({ length: 10 }, (_, i) => taskNumber(i, "a"));
  const tasks = [...studyOf(30).tasks, ...gold];
  const { study } = await begin(studyOf(30, { overlap: 5, goldShare: 0.25, tasks }));
  await annotate(study, "careful", 9_000, pick("Yes"));
  await annotate(study, "hasty", 999, pick("Yes"));
  await annotate(study, "lefty", 5_000, () => "left");
  await annotate(study, "wrong", 1_000, pick("No"));
  await annotate(study, "undecided", 2_000, ({ prompt }) => prompt.endsWith("!") ? "skip" : "bad");
  const [careful, hasty, lefty, undecided, wrong] = await study.view((state) => annotatorQuality(state));

  assertEquals(careful!.annotator, "careful");
  assertEquals([careful!.ties, careful!.gold, careful!.dwell, careful!.quick, careful!.flags], [0, 1, 9_000, 0, []]);
  assertEquals(careful!.votes, 30 + careful!.goldVotes);
  const plain = (await Array.fromAsync(study.events())).flatMap((event) =>
    event.kind === "vote" && event.annotator === "lefty" && event.task < 30 ? [event] : []
  );
  const same = plain.filter(({ left }) => left === "a").length; // lefty said A there
  assertAlmostEquals(careful!.agreement!, (30 + same) / (4 * 30), 1e-12); // hasty always, wrong and undecided never

  assertEquals(hasty!.flags.map(({ kind }) => kind), ["quick"]);
  assertEquals(hasty!.flags[0]!.reason, `100 % of ${hasty!.votes} votes took less than 1000 ms`);
  assertEquals(lefty!.left, 1);
  assertEquals(lefty!.flags.at(-1)!.kind, "side");
  assertEquals(lefty!.flags.at(-1)!.reason.startsWith(`${lefty!.votes} votes for the left and 0 for the right`), true);
  assertEquals([wrong!.gold, wrong!.quick, wrong!.agreement! < 0.5], [0, 0, true]);
  assertEquals(wrong!.flags, [{ kind: "gold", reason: `0 of ${wrong!.goldVotes} gold checks were answered rightly` }]);
  const [, , , , few] = await study.view((state) => annotatorQuality(state, { least: wrong!.goldVotes + 1 }));
  assertEquals(few!.flags, [], "too few gold checks to judge by");

  assertEquals([undecided!.ties, undecided!.left, undecided!.gold, undecided!.goldVotes], [1, null, null, 0]);
  assertEquals([undecided!.skips, undecided!.agreement, undecided!.flags], [undecided!.votes - 30, 0, []]);
});

Deno.test("annotatorQuality() tests sides exactly, and takes the limits it is given", async () => {
  const { study } = await begin(studyOf(12, { overlap: 1 }));
  await annotate(study, "ann", 400, () => "right");
  const flagsOf = (limits: Parameters<typeof annotatorQuality>[1]) =>
    study.view((state) => annotatorQuality(state, limits)[0]!.flags);
  const p = signTest(0, 12);
  assertAlmostEquals(p, 2 / 2 ** 12, 1e-12);
  assertEquals((await flagsOf({ side: p, quick: 1 })).length, 0);
  const [side] = await flagsOf({ side: 1.001 * p, quick: 1 });
  assertEquals(side!.reason, "0 votes for the left and 12 for the right come from a coin with p = 4.9e-4");
  assertEquals((await flagsOf({ side: 0, least: 13 })).length, 0);
});
