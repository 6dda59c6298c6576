import { assert, assertEquals, assertRejects } from "@std/assert";
import { begin, given, studyOf, uuidOf, votersOf } from "./fakes.ts";
import { openStudy } from "./open_study.ts";
import { memoryStudyStore, type StudyStore } from "./store.ts";

/** A store whose appends go through a function first. */
function watched(before: (count: number) => void | Promise<void>): StudyStore & { appends: number } {
  const store = memoryStudyStore();
  const kept = {
    ...store,
    appends: 0,
    async append(...args: Parameters<StudyStore["append"]>) {
      await before(++kept.appends);
      return await store.append(...args);
    },
  };
  return kept;
}

Deno.test("a hundred votes at once are a few writes, and each is told for itself", async () => {
  const store = watched(() => {});
  const { study } = await begin(studyOf(10, { overlap: 100 }), store);
  const names = Array.from({ length: 100 }, (_, i) => `annotator ${i}`);
  const tasks = await Promise.all(names.map((name) => given(study, name)));
  const voted = await Promise.all(names.map((name, i) => {
    const task = i === 7 ? "none" : tasks[i]!.id;
    return study.vote(name, { id: uuidOf(i), task, choice: "left" });
  }));
  assertEquals(voted.map(({ outcome }) => outcome), names.map((_, i) => i === 7 ? "unknown" : "accepted"));
  assert(store.appends <= 8, `${store.appends} writes`);
});

Deno.test("a write that fails is told to those who wait for it, and is forgotten: the same vote can come again", async () => {
  const store = watched((count) => {
    if (count === 2) throw new Error("the disk is full");
  });
  const { study } = await begin(studyOf(2), store);
  const { id: task } = await given(study, "ann");
  const ballot = { id: uuidOf(1), task, choice: "left" } as const;
  await assertRejects(() => study.vote("ann", ballot), Error, "the disk is full");
  assertEquals((await study.progress("ann")).votes, 0);
  assertEquals((await study.vote("ann", ballot)).outcome, "accepted");
  assertEquals((await Array.fromAsync(study.events())).map(({ kind }) => kind), ["lease", "vote"]);
});

Deno.test("what another process writes in between is read, and the decision made anew", async () => {
  const other: { vote?: () => Promise<unknown> } = {};
  const store = watched((count) => count === 3 ? other.vote!().then(() => {}) : undefined);
  const { study, clock } = await begin(studyOf(1, { overlap: 1 }), store);
  const ann = await given(study, "ann");
  clock.now += 100;
  const beside = await openStudy(store, "study", () => clock.now);
  const bob = await given(beside, "bob");
  clock.now += 100; // both are late, and there is one place
  other.vote = () => beside.vote("bob", { id: uuidOf(2), task: bob.id, choice: "left" });
  assertEquals(await study.vote("ann", { id: uuidOf(1), task: ann.id, choice: "left" }), { outcome: "taken" });
  assertEquals(votersOf(await Array.fromAsync(study.events()), 1), [["bob"]]);
});

Deno.test("view() that throws rejects for itself alone", async () => {
  const { study } = await begin(studyOf(1));
  const views = [1, 2, 3].map((n) =>
    study.view(({ length }) => {
      if (n === 2) throw new Error("a mistake of the caller");
      return length;
    })
  );
  assertEquals((await Promise.allSettled(views)).map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});
