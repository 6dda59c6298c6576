import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { begin, given, studyOf, taskNumber, uuidOf, votersOf } from "./fakes.ts";
import { createStudy, openStudy } from "./open_study.ts";
import { memoryStudyStore } from "./store.ts";
import { humanVerdicts } from "./verdicts.ts";

Deno.test("next() gives the same task until it is voted on or its lease ends, and says when to come back", async () => {
  const { study, clock } = await begin(studyOf(1, { overlap: 1 }));
  const first = await given(study, "ann");
  clock.now += 99;
  assertEquals(await given(study, "ann"), first);
  assertEquals(await study.next("bob"), { outcome: "wait", until: 1_100 });
  clock.now += 1;
  const second = await given(study, "bob"); // the lease was over
  assertNotEquals(second.id, first.id, "ids are each annotator's own");
  assertEquals(second.until, 1_200);
  assertEquals(await study.next("ann"), { outcome: "wait", until: 1_200 });
  await study.vote("bob", { id: uuidOf(1), task: second.id, choice: "tie" });
  assertEquals([await study.next("ann"), await study.next("bob")], [{ outcome: "done" }, { outcome: "done" }]);

  const two = await begin(studyOf(2, { overlap: 1 }));
  for (const annotator of ["ann", "bob"]) {
    await given(two.study, annotator);
    two.clock.now += 10;
  }
  assertEquals(await two.study.next("eve"), { outcome: "wait", until: 1_100 }, "ann's ends before bob's");
});

Deno.test("next() fills tasks evenly, in an order of each annotator's own that is the same on every run", async () => {
  const orders = async (secret: string) => {
    const { study } = await begin(studyOf(40, { overlap: 2, lease: 1e9, secret }));
    const order: Record<string, string[]> = { ann: [], bob: [] };
    for (let i = 0; i < 80; i++) {
      const annotator = i % 2 ? "bob" : "ann";
      const { id, prompt } = await given(study, annotator);
      order[annotator]!.push(prompt);
      await study.vote(annotator, { id: uuidOf(i), task: id, choice: "left" });
      if (i === 39) { // each task has one vote before any has two
        const sizes = await study.view(({ votes }) => votes.map(({ size }) => size));
        assertEquals(new Set(sizes), new Set([1]));
      }
    }
    return order;
  };
  const [once, again, other] = [
    await orders("0123456789abcdef"),
    await orders("0123456789abcdef"),
    await orders("another secret!!"),
  ];
  assertEquals(once, again);
  assertNotEquals(once, other);
  assertNotEquals(once.ann, once.bob);
  assertEquals(new Set(once.ann).size, 40);
  const file = studyOf(40).tasks.map(({ prompt }) => prompt);
  assert(once.ann!.slice(0, 20).some((prompt, i) => i > 0 && file.indexOf(prompt) < file.indexOf(once.ann![i - 1]!)));
});

Deno.test("vote() that comes five times at once is one event with five equal results", async () => {
  const { study } = await begin(studyOf(3));
  const { id: task } = await given(study, "ann");
  const ballot = { id: uuidOf(0xabc), task, choice: "left", comment: "short", dwell: 1_500 } as const;
  const results = await Promise.all(Array.from({ length: 5 }, () => study.vote("ann", { ...ballot })));
  const vote = { id: uuidOf(0xabc), revision: 1, choice: "left", comment: "short" };
  assertEquals(results, Array(5).fill({ outcome: "accepted", vote }));
  const votes = (await Array.fromAsync(study.events())).filter(({ kind }) => kind === "vote");
  assertEquals(votes.length, 1);
  assertEquals(await study.vote("ann", { ...ballot, id: ballot.id.toUpperCase() }), results[0]);
  assertEquals((await study.undo("ann", ballot.id.toUpperCase())).outcome, "undone");
});

Deno.test("vote() with another content, of the same id or without revising, is a conflict and no exception", async () => {
  const { study } = await begin(studyOf(2, { overlap: 9 }));
  const { id: other } = await given(study, "ann");
  await study.vote("ann", { id: uuidOf(9), task: other, choice: "left" });
  const { id: task, prompt } = await given(study, "ann");
  const first = await given(study, "bob");
  await study.vote("bob", { id: uuidOf(8), task: first.id, choice: "skip" });
  const theirs = first.prompt === prompt ? first.id : (await given(study, "bob")).id; // of the same task as ann's
  const two = await Promise.all(
    [1, 2].map((n) => study.vote("ann", { id: uuidOf(n), task, choice: n > 1 ? "tie" : "left" })),
  );
  assertEquals(two.map(({ outcome }) => outcome), ["accepted", "conflict"]);
  const current = { id: uuidOf(1), revision: 1, choice: "left" } as const;
  const reason = "Expected a vote that revises revision 1 but found one that revises none";
  assertEquals(two[1], { outcome: "conflict", reason, current });
  for (
    const [annotator, ballot] of [
      ["ann", { id: uuidOf(1), task, choice: "right" }],
      ["ann", { id: uuidOf(1), task, choice: "left", comment: "new" }],
      ["ann", { id: uuidOf(1), task, choice: "left", revises: 1 }],
      ["ann", { id: uuidOf(1), task: other, choice: "left" }],
      ["bob", { id: uuidOf(1), task: theirs, choice: "left" }],
    ] as const
  ) {
    const outcome = await study.vote(annotator, ballot);
    assertEquals(outcome, { outcome: "conflict", reason: "Another vote has this id: make a new one for each vote" });
  }
  const revised = await study.vote("ann", { id: uuidOf(3), task, choice: "right", revises: 1 });
  assertEquals(revised, { outcome: "accepted", vote: { id: uuidOf(3), revision: 2, choice: "right" } });
  const late = await study.vote("ann", { id: uuidOf(4), task, choice: "bad", revises: 1 });
  assertEquals(late.outcome, "conflict");
  assertEquals((await Array.fromAsync(study.events())).filter(({ kind }) => kind === "vote").length, 2 + 2);
});

Deno.test("vote() on a task that the annotator never got is unknown, also with another's id of it", async () => {
  const { study } = await begin(studyOf(1));
  const { id: task } = await given(study, "ann");
  assertEquals(await study.vote("bob", { id: uuidOf(1), task, choice: "left" }), { outcome: "unknown" });
  await given(study, "bob");
  assertEquals(await study.vote("bob", { id: uuidOf(1), task, choice: "left" }), { outcome: "unknown" });
  assertEquals(await study.vote("ann", { id: uuidOf(1), task: "0", choice: "left" }), { outcome: "unknown" });
});

Deno.test("vote() after the lease is accepted while there is room, and else taken", async () => {
  const { study, clock } = await begin(studyOf(1, { overlap: 2 }));
  const [ann, bob] = [await given(study, "ann"), await given(study, "bob")];
  clock.now += 100;
  const eve = await given(study, "eve");
  await study.vote("bob", { id: uuidOf(1), task: bob.id, choice: "left" }); // one place was left
  assertEquals(await study.vote("ann", { id: uuidOf(2), task: ann.id, choice: "left" }), { outcome: "taken" }); // eve holds it
  clock.now += 100;
  assertEquals((await study.vote("ann", { id: uuidOf(2), task: ann.id, choice: "left" })).outcome, "accepted");
  assertEquals(await study.vote("eve", { id: uuidOf(3), task: eve.id, choice: "left" }), { outcome: "taken" });
  assertEquals(votersOf(await Array.fromAsync(study.events()), 1), [["bob", "ann"]]);
});

Deno.test("vote() and undo() refuse what is none in a sentence", async () => {
  const { study } = await begin(studyOf(1));
  const { id: task } = await given(study, "ann");
  const ballot = { id: uuidOf(1), task, choice: "left" } as const;
  const refused = (change: Record<string, unknown>, message: string) =>
    assertRejects(() => study.vote("ann", { ...ballot, ...change }), RangeError, message);
  await refused({ id: "1" }, 'Expected a UUID but found "1" at vote, field id');
  await refused({ choice: "a" }, '"left" or "right" or "tie" or "bad" or "skip" but found "a" at vote, field choice');
  await refused({ comment: "x".repeat(2_001) }, "2000 characters or less but found 2001 at vote, field comment");
  await refused({ dwell: -1 }, "a whole number of 0 or more but found -1 at vote, field dwell");
  await refused({ revises: 0.5 }, "a whole number of 1 or more but found 0.5");
  await assertRejects(() => study.undo("ann", "last"), RangeError, "a UUID");
  await assertRejects(() => study.next("a\nb"), RangeError, "a name of 1 to 200 characters");
  assertEquals((await study.vote("ann", { ...ballot, comment: "x".repeat(2_000) })).outcome, "accepted");
});

Deno.test("undo() gives the task back; what was, and what came after, stays in the log; verdicts are recomputed", async () => {
  const { study, clock } = await begin(studyOf(3));
  const shown = await given(study, "ann");
  const one = shown.left.startsWith("Yes") ? "left" : "right"; // for A
  await study.vote("ann", { id: uuidOf(1), task: shown.id, choice: one });
  const other = await given(study, "ann");
  assertNotEquals(other.id, shown.id);
  clock.now += 7;
  const undone = await study.undo("ann", uuidOf(1));
  const vote = { id: uuidOf(1), revision: 1, choice: one } as const;
  assertEquals(undone, { outcome: "undone", vote, task: { ...shown, until: 1_107 } });
  assertEquals(await study.undo("ann", uuidOf(1)), undone, "sent again, it takes back nothing more");
  assertEquals(await study.view(humanVerdicts), []);
  assertEquals((await given(study, "ann")).id, shown.id);
  const redo = { id: uuidOf(2), task: shown.id, choice: one === "left" ? "right" : "left" } as const;
  assertEquals((await study.vote("ann", { ...redo, revises: 1 })).outcome, "conflict");
  const redone = await study.vote("ann", redo);
  assertEquals(redone.outcome === "accepted" && redone.vote.revision, 2);
  assertEquals((await study.view(humanVerdicts)).map(({ winner }) => winner), ["b"]);
  const trail = (await Array.fromAsync(study.events())).map(({ kind }) => kind);
  assertEquals(trail, ["lease", "vote", "lease", "undo", "vote"]);
  assertEquals((await given(study, "ann")).id, other.id);
});

Deno.test("undo() takes back the last vote alone, and nobody else's", async () => {
  const { study } = await begin(studyOf(3));
  for (const n of [1, 2]) {
    await study.vote("ann", { id: uuidOf(n), task: (await given(study, "ann")).id, choice: "skip" });
  }
  const reason = "Only the last vote can be taken back, and this is another";
  const current = { id: uuidOf(2), revision: 1, choice: "skip" } as const;
  assertEquals(await study.undo("ann", uuidOf(1)), { outcome: "conflict", reason, current });
  assertEquals(await study.undo("bob", uuidOf(2)), { outcome: "unknown" });
  await given(study, "bob");
  assertEquals(await study.undo("bob", uuidOf(2)), { outcome: "unknown" });
  assertEquals(await study.undo("ann", uuidOf(9)), { outcome: "unknown" });
  assertEquals((await study.undo("ann", uuidOf(2))).outcome, "undone");
  assertEquals((await study.undo("ann", uuidOf(1))).outcome, "undone", "then the one before is the last");
  assertEquals((await study.progress("ann")).votes, 0);
});

Deno.test("undo() keeps the place until its lease ends; then others may have it", async () => {
  const { study, clock } = await begin(studyOf(1, { overlap: 1 }));
  const { id: task } = await given(study, "ann");
  await study.vote("ann", { id: uuidOf(1), task, choice: "left" });
  await study.undo("ann", uuidOf(1));
  assertEquals(await study.next("bob"), { outcome: "wait", until: 1_100 });
  clock.now += 100;
  await study.vote("bob", { id: uuidOf(2), task: (await given(study, "bob")).id, choice: "left" });
  assertEquals(await study.vote("ann", { id: uuidOf(3), task, choice: "left" }), { outcome: "taken" });
});

Deno.test("next() mixes in gold checks at their share, everybody gets them, and progress does not tell which they are", async () => {
  const gold = Array.from({ length: 30 }, (_, i) => taskNumber(i, "a"));
  const { study } = await begin(studyOf(60, { overlap: 4, goldShare: 0.2, tasks: [...studyOf(60).tasks, ...gold] }));
  const places: number[][] = [];
  for (const annotator of ["ann", "bob", "eve", "joe"]) {
    const mine: number[] = [];
    let { left } = await study.progress(annotator);
    for (let i = 0; left > 0; i++) {
      const { id: task, prompt } = await given(study, annotator);
      if (prompt.endsWith("!")) mine.push(i);
      await study.vote(annotator, { id: crypto.randomUUID(), task, choice: "left" });
      const now = await study.progress(annotator);
      assertEquals([now.votes, now.left], [i + 1, left - 1], "every vote counts alike");
      ({ left } = now);
    }
    assertEquals((await study.next(annotator)).outcome, "done", "gold checks alone are no work");
    assert(mine.length >= 14 && mine.length <= 16, `${mine.length} gold checks beside 60 tasks`);
    places.push(mine);
  }
  assertEquals(new Set(places.map(String)).size, 4, "at places that differ");
});

Deno.test("openStudy() stands beside another on the same store: each sees what the other wrote", async () => {
  const { study, store } = await begin(studyOf(2));
  const beside = await openStudy(store, "study", () => 1_000);
  const shown = await given(study, "ann");
  assertEquals(await given(beside, "ann"), shown, "sides and ids are stable");
  const ballots = [study, beside, study, beside, beside].map((at) =>
    at.vote("ann", { id: uuidOf(1), task: shown.id, choice: "tie" })
  );
  assertEquals(new Set((await Promise.all(ballots)).map((result) => JSON.stringify(result))).size, 1);
  assertEquals(await beside.view((state) => state), await study.view((state) => state));
  await assertRejects(() => openStudy(store, "none"), RangeError, "found none in the store");
  await store.remove("study");
  await assertRejects(() => study.next("bob"), Error, "found it removed or shorter");
});

Deno.test("createStudy() refuses what cannot be compared, and a name that is there", async () => {
  const store = memoryStudyStore();
  const refused = (change: Parameters<typeof studyOf>[1], message: string) =>
    assertRejects(() => createStudy(store, studyOf(2, change)), RangeError, message);
  const [task] = studyOf(1).tasks;
  const { a, b } = task!;
  await refused({ goldShare: 0.6 }, "a share from 0 to 0.5 but found 0.6 at study, field goldShare");
  await refused({ goldShare: 0.1 }, "found 0 with a share of 0.1");
  await refused({ tasks: [task!, taskNumber(1, "a")] }, "found 1 with a share of 0");
  await refused({ tasks: [taskNumber(1, "a")], goldShare: 0.1 }, "found 1 gold checks and no other task");
  await refused({ tasks: [] }, "no gold check but found 0");
  await refused({ secret: "short" }, "16 characters or more but found one of 5 at study, field secret");
  await refused({ lease: 0 }, "field lease");
  await refused(
    { tasks: [task!, { ...task!, a: b, b: a }] },
    "one task for PROMPT-ID-plain-0 and POLICY-ONE and POLICY-TWO",
  );
  await refused(
    { tasks: [task!, { ...task!, prompt: "Other?" }] },
    "one prompt for PROMPT-ID-plain-0 but found another in task 1",
  );
  await refused(
    { tasks: [task!, { ...task!, b: { policy: "C", response: "" }, a: { ...a, response: "New" } }] },
    "one response for POLICY-ONE",
  );
  await refused({ tasks: [{ ...task!, b: a }] }, "two policies but found POLICY-ONE twice in task 0");
  await refused({ tasks: [{ ...task!, gold: "left" as "a" }] }, 'found "left" at study, tasks.0, field gold');
  assertEquals(await store.names(), []);
});
