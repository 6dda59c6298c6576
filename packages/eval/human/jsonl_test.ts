import { assert, assertEquals, assertRejects } from "@std/assert";
import { begin, given, studyOf, taskNumber, uuidOf } from "./fakes.ts";
import { exportStudy, importStudy } from "./jsonl.ts";
import { type OpenStudy, openStudy } from "./open_study.ts";
import { memoryStudyStore } from "./store.ts";

/** The id of the first task that an annotator got. */
async function taskOf(study: OpenStudy, annotator: string): Promise<string> {
  const events = await Array.fromAsync(study.events());
  return events.flatMap((event) => event.kind === "lease" && event.annotator === annotator ? [event.handle] : [])[0]!;
}

/** Lines of a study with leases, votes, a revision, an undo and a comment of awkward characters. */
async function exported() {
  const tasks = [...studyOf(3).tasks, taskNumber(0, "b")];
  const { study, clock } = await begin(studyOf(3, { tasks, goldShare: 0.2, instructions: "\u2028 \0 \ud800 é\n" }));
  const { id } = await given(study, "ann");
  await study.vote("ann", { id: uuidOf(1), task: id, choice: "left", comment: 'a "line"\nand\u2028another', dwell: 5 });
  await study.vote("ann", { id: uuidOf(2), task: id, choice: "bad", revises: 1, dwell: 9, comment: "new" });
  const { id: second } = await given(study, "ann");
  await study.vote("ann", { id: uuidOf(3), task: second, choice: "skip" });
  await study.undo("ann", uuidOf(3));
  await given(study, "bob");
  return { study, clock, lines: await Array.fromAsync(exportStudy(study)) };
}

Deno.test("importStudy() of exportStudy() gives the same state, and the same tasks to go on with", async () => {
  const { study, clock, lines } = await exported();
  assert(lines.every((line) => !line.includes("\n")));
  const store = memoryStudyStore();
  await importStudy(store, ["", ...lines, ""]);
  const again = await openStudy(store, "study", () => clock.now);
  assertEquals(await again.view((state) => state), await study.view((state) => state));
  assertEquals(await Array.fromAsync(exportStudy(again)), lines);
  for (const name of ["ann", "bob", "eve"]) assertEquals(await again.next(name), await study.next(name));
  await assertRejects(() => importStudy(store, lines), RangeError, "found a study called study in the store");
});

Deno.test("importStudy() names the line that is wrong, and stores nothing", async () => {
  const { lines } = await exported();
  const store = memoryStudyStore();
  // Line 1 is the study, 2 to 5 are tasks, then: lease, vote, vote, lease, vote, undo, lease.
  const kinds = lines.map((line) => JSON.parse(line).kind).join(" ");
  assertEquals(kinds, "study task task task task lease vote vote lease vote undo lease");
  const refused = async (number: number, change: Record<string, unknown> | string, message: string) => {
    const line = typeof change === "string" ? change : JSON.stringify({ ...JSON.parse(lines[number - 1]!), ...change });
    const { message: found } = await importStudy(store, lines.with(number - 1, line), "votes.jsonl").then(
      () => ({ message: "nothing wrong" }),
      (error) => error,
    );
    assert(found.includes(message) && found.includes(`at votes.jsonl, line ${number}`), found);
    assert(!/\n/.test(found), found);
  };
  await refused(1, "{", 'Expected JSON but found "{"');
  await refused(1, { kind: "task" }, 'a line of kind "study" but found an object');
  await refused(1, { version: 2 }, "Expected version 1 but found 2");
  await refused(1, { overlap: "2" }, 'a whole number of 1 or more but found "2"');
  await refused(3, { a: { policy: "" } }, 'a name of 1 to 200 characters but found ""');
  await refused(6, { kind: "rent" }, '"lease" or "vote" or "undo" but found "rent"');
  await refused(6, { task: 4 }, "found task 4 of 4");
  await refused(6, { annotator: 7 }, "a name of 1 to 200 characters but found 7");
  await refused(7, { annotator: "eve" }, "a task that the annotator never got");
  await refused(7, { choice: "a" }, 'but found "a"');
  await refused(7, { revision: 2 }, "revision 2 out of order");
  await refused(7, { left: JSON.parse(lines[6]!).left === "a" ? "b" : "a" }, "another side");
  await refused(8, { id: uuidOf(1) }, "a vote whose id was there before");
  await refused(8, { revises: undefined }, "a vote that revises none");
  await refused(9, { task: JSON.parse(lines[5]!).task }, "another handle or side");
  await refused(9, JSON.stringify({ ...JSON.parse(lines[5]!) }), "a lease of a task that the annotator has voted on");
  await refused(11, { id: uuidOf(2) }, "an undo of another than the last vote");
  await refused(11, { task: JSON.parse(lines[5]!).task }, "an undo of another than the last vote");
  await assertRejects(() => importStudy(store, []), RangeError, "but found nothing at study, line 1");
  const twice = lines.toSpliced(2, 0, lines[1]!);
  await assertRejects(() => importStudy(store, twice, "v"), RangeError, "found another in v, line 3 than in v, line 2");
  assertEquals(await store.names(), []);
});

Deno.test("importStudy() finds out an export that was cut between lines, and takes one that does not say its length", async () => {
  const { lines } = await exported();
  const cut = (from: number, count: number) => importStudy(memoryStudyStore(), lines.toSpliced(from, count), "tea");
  await assertRejects(() => cut(-1, 1), RangeError, "Expected 7 events but found 6 in tea: take a whole export");
  await importStudy(memoryStudyStore(), [lines[0]!.replace(/,"tasks":4,"events":7/, ""), ...lines.slice(1, -1)]);
});

Deno.test("exportStudy() is as long as it says, whatever comes while it is read", async () => {
  const { study } = await exported();
  const lines: string[] = [];
  for await (const line of exportStudy(study)) {
    if (lines.push(line) === 2) await study.next("somebody new");
  }
  assertEquals(lines.length, 1 + 4 + 7);
  await importStudy(memoryStudyStore(), lines);
});

Deno.test("importStudy() refuses more annotators on a task than the overlap", async () => {
  const { study } = await begin(studyOf(1, { overlap: 2 }));
  for (const [i, name] of ["ann", "bob"].entries()) {
    await study.vote(name, { id: uuidOf(i), task: (await given(study, name)).id, choice: "left" });
  }
  const lines = await Array.fromAsync(exportStudy(study));
  const { last } = await study.progress("ann");
  await importStudy(memoryStudyStore(), lines); // as many are fine
  await study.vote("ann", { id: uuidOf(9), task: await taskOf(study, "ann"), choice: "tie", revises: last!.revision });
  await importStudy(memoryStudyStore(), exportStudy(study)); // and so is one who votes anew on a full task
  const narrow = lines.with(0, lines[0]!.replace('"overlap":2', '"overlap":1'));
  await assertRejects(
    () => importStudy(memoryStudyStore(), narrow),
    RangeError,
    "more votes than the overlap at study, line 6",
  );
});
