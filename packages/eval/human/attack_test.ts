/** Annotators, clocks and clients that do not mean well. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { randomIntegers } from "../stats/random.ts";
import { begin, given, studyOf, taskNumber, uuidOf, votersOf } from "./fakes.ts";
import { exportStudy, importStudy } from "./jsonl.ts";
import { openStudy } from "./open_study.ts";
import { memoryStudyStore } from "./store.ts";

Deno.test("a hundred tabs of one annotator hold one task", async () => {
  const { study } = await begin(studyOf(9, { overlap: 1 }));
  const tabs = await Promise.all(Array.from({ length: 100 }, () => given(study, "ann")));
  assertEquals(new Set(tabs.map(({ id }) => id)).size, 1);
  assertEquals(await study.view(({ length }) => length), 1);
});

Deno.test("who takes leases and never votes keeps others out three times, and no more", async () => {
  const { study, clock } = await begin(studyOf(1, { overlap: 1 }));
  for (let lease = 1; lease <= 3; lease++) {
    await given(study, "bot");
    assertEquals((await study.next("ann")).outcome, "wait");
    clock.now += 100; // the bot asks first, at the very moment
  }
  const theirs = await given(study, "bot"); // is still served,
  const { id } = await given(study, "ann"); // and so are others
  assertEquals((await study.vote("bot", { id: uuidOf(1), task: theirs.id, choice: "left" })).outcome, "taken");
  assertEquals((await study.next("bot")).outcome, "wait", "what cannot be voted on is not given again");
  assertEquals((await study.vote("ann", { id: uuidOf(2), task: id, choice: "left" })).outcome, "accepted");
  assertEquals((await study.next("bot")).outcome, "done");
});

Deno.test("who votes and takes it back for ever keeps others out three times, and no more", async () => {
  const { study, clock } = await begin(studyOf(1, { overlap: 1 }));
  const { id: task } = await given(study, "bot");
  for (let n = 0; n < 4; n++) {
    assertEquals((await study.next("ann")).outcome, "wait");
    await study.vote("bot", { id: uuidOf(n), task, choice: "skip" });
    assertEquals((await study.next("ann")).outcome, "done", "the vote stands");
    clock.now += 50;
    assertEquals((await study.undo("bot", uuidOf(n))).outcome, "undone");
  }
  const { id } = await given(study, "ann");
  assertEquals((await study.vote("ann", { id: uuidOf(9), task: id, choice: "left" })).outcome, "accepted");
  assertEquals((await study.vote("bot", { id: uuidOf(8), task, choice: "skip" })).outcome, "taken");
  assertEquals(votersOf(await Array.fromAsync(study.events()), 1), [["ann"]]);
});

Deno.test("a clock that was years ahead, or is none, costs nobody a task", async () => {
  const { study, clock, store } = await begin(studyOf(1, { overlap: 2 }));
  const ahead = await openStudy(store, "study", () => 1e12);
  await given(ahead, "ann");
  await given(ahead, "joe");
  assertEquals((await study.next("bob")).outcome, "task", "leases until then are ignored");
  assertEquals((await given(study, "ann")).until, 1_100, "and given anew");
  clock.now = NaN;
  await assertRejects(() => study.next("eve"), RangeError, "a whole number of 0 or more but found NaN at clock");
  clock.now = 2_000.7;
  assertEquals((await given(study, "bob")).until, 2_100);
});

Deno.test("thirty handles whose clocks jump by an hour: each task has exactly its overlap, and everybody comes to an end", async () => {
  const { store } = await begin(studyOf(40, { overlap: 3, lease: 6_000 }));
  const draw = randomIntegers(1);
  let [passed, rounds] = [0, 0];
  const clocks = [0, 1, 2].map((hours) => () => 1e7 + (passed += 50) + hours * draw(3_600_000));
  const handles = await Promise.all(Array.from({ length: 30 }, (_, i) => openStudy(store, "study", clocks[i % 3])));
  await Promise.all(handles.map(async (handle, i) => {
    const who = `annotator ${i}`;
    for (let next = await handle.next(who); next.outcome !== "done"; next = await handle.next(who)) {
      assert(rounds++ < 3_000, "somebody is given what they cannot vote on, again and again");
      if (next.outcome === "wait") continue;
      const beside = handles[(7 * i + 3) % handles.length]!; // no annotator has a handle of their own
      await beside.vote(who, { id: crypto.randomUUID(), task: next.task.id, choice: "left" });
    }
  }));
  const voters = votersOf(await Array.fromAsync(handles[0]!.events()), 40);
  assertEquals(voters.map(({ length }) => length), Array(40).fill(3));
});

Deno.test("two studies with one secret share neither ids nor votes", async () => {
  const store = memoryStudyStore();
  const [tea, milk] = [
    await begin(studyOf(1, { name: "tea" }), store),
    await begin(studyOf(1, { name: "milk" }), store),
  ];
  const [one, other] = [await given(tea.study, "ann"), await given(milk.study, "ann")];
  const ballot = { id: uuidOf(1), task: one.id, choice: "left" } as const;
  assert(one.id !== other.id);
  assertEquals(await milk.study.vote("ann", ballot), { outcome: "unknown" });
});

const hostile = fc.oneof(
  fc.anything({ withNullPrototype: true }),
  fc.record({
    id: fc.oneof(fc.constantFrom(uuidOf(1), uuidOf(2)), fc.string()),
    task: fc.constantFrom("held", "0", "__proto__", "constructor", "\ud800"),
    choice: fc.constantFrom("left", "right", "tie", "bad", "skip", "__proto__", "invalid"),
    comment: fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom("\ud800", "\0", "x".repeat(2_001), 7),
    ),
    dwell: fc.constantFrom(0, 7, NaN, -1, 1e300, Infinity, "7", null),
    revises: fc.constantFrom(0, 1, 2, 0.5, "1"),
    ["__proto__"]: fc.constant({ choice: "left" }),
    annotator: fc.constant("bob"),
  }, { requiredKeys: ["id", "task", "choice"] }),
);

Deno.test("whatever is sent as a vote is decided on or refused with a RangeError; the log stays one that can be imported, byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostile, { maxLength: 20 }),
      fc.constantFrom("ann", "__proto__", "\ud83d\ude00"),
      async (ballots, who) => {
        const tasks = [...studyOf(2).tasks, taskNumber(0, "b")];
        const { study } = await begin(studyOf(2, { tasks, goldShare: 0.5 }));
        const { id } = await given(study, who);
        for (const ballot of ballots) {
          const sent = typeof ballot === "object" && ballot !== null && "task" in ballot && ballot.task === "held"
            ? { ...ballot, task: id }
            : ballot;
          const result = await study.vote(who, sent as never).catch((error) => error);
          assert(result instanceof RangeError && !result.message.includes("\n") || "outcome" in result, `${result}`);
        }
        const lines = await Array.fromAsync(exportStudy(study));
        const store = memoryStudyStore();
        await importStudy(store, lines);
        assertEquals(await Array.fromAsync(exportStudy(await openStudy(store, "study"))), lines);
      },
    ),
    { numRuns: 150 },
  );
});
