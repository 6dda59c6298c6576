/** What tests of studies work with. */
import { assert, assertEquals } from "@std/assert";
import type { StudyEvent } from "./event.ts";
import { createStudy, type OpenStudy, openStudy, type ShownTask } from "./open_study.ts";
import { memoryStudyStore, type StudyStore } from "./store.ts";
import type { Study, StudyTask } from "./study.ts";

/** A task; the names of its policies are found in nothing that an annotator may get. */
export function taskNumber(i: number, gold?: "a" | "b" | "tie"): StudyTask {
  const kind = gold ? "check" : "plain"; // the texts themselves differ by number only
  return {
    ...{ promptId: `PROMPT-ID-${kind}-${i}`, prompt: `Question ${i}${gold ? "!" : "?"}` },
    a: { policy: "POLICY-ONE", response: `Yes to ${i}${gold ? "!" : ""}` },
    b: { policy: "POLICY-TWO", response: `No to ${i}${gold ? "!" : ""}` },
    ...gold && { gold },
  };
}

/** A study of some tasks. */
export function studyOf(plain: number, settings: Partial<Study> = {}): Study {
  return {
    ...{ name: "study", instructions: "Which is more helpful?", overlap: 2, lease: 100, goldShare: 0 },
    ...{ secret: "a secret of some length", leastDwell: 1_000 },
    tasks: Array.from({ length: plain }, (_, i) => taskNumber(i)),
    ...settings,
  };
}

/** A clock that is set by hand. */
export interface Clock {
  now: number;
}

/** A new study in a store, and its clock. */
export async function begin(
  study: Study,
  store: StudyStore = memoryStudyStore(),
): Promise<{ readonly study: OpenStudy; readonly clock: Clock; readonly store: StudyStore }> {
  await createStudy(store, study);
  const clock = { now: 1_000 };
  return { study: await openStudy(store, study.name, () => clock.now), clock, store };
}

/** The task that an annotator gets next; there must be one. */
export async function given(study: OpenStudy, annotator: string): Promise<ShownTask> {
  const next = await study.next(annotator);
  assert(next.outcome === "task", `${annotator} got ${next.outcome}`);
  return next.task;
}

/** A UUID from a number. */
export function uuidOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** Who voted on which task, counted from the log with nothing of what is tested: a list of annotators for each task. */
export function votersOf(log: readonly StudyEvent[], tasks: number): string[][] {
  const voters = Array.from({ length: tasks }, () => new Set<string>());
  for (const { kind, task, annotator } of log) {
    if (kind === "vote") voters[task]!.add(annotator);
    if (kind === "undo") voters[task]!.delete(annotator);
  }
  return voters.map((set) => [...set]);
}

/** What every store must do. */
export async function checkStore(store: StudyStore): Promise<void> {
  const [one, two] = [studyOf(2, { name: "one" }), studyOf(3, { name: "two", instructions: "\0 \ud800 é" })];
  const lease = (until: number): StudyEvent => ({
    ...{ kind: "lease", at: 1, annotator: "ann", task: 0, handle: "h", left: "a", until },
  });
  assertEquals([await store.names(), await store.find("one")], [[], undefined]);
  assertEquals(await store.create(two), true);
  assertEquals(await store.create(one, [lease(1), lease(2)]), true);
  assertEquals(await store.create({ ...one, instructions: "other" }, [lease(9)]), false);
  assertEquals(await store.names(), ["one", "two"]);
  assertEquals([await store.find("one"), await store.find("two")], [one, two]);
  assertEquals(await store.append("one", 2, [lease(3), lease(4)]), true);
  assertEquals(await store.append("one", 2, [lease(9)]), false, "somebody was quicker");
  assertEquals(await store.append("one", 5, [lease(9)]), false, "a gap");
  assertEquals(await store.append("two", 3, [lease(9)]), false, "another study's length");
  assertEquals(await store.append("none", 0, [lease(9)]), false);
  assertEquals(await store.read("one", 0, 10), [lease(1), lease(2), lease(3), lease(4)]);
  assertEquals(await store.read("one", 1, 1), [lease(2)]);
  assertEquals([await store.read("one", 4, 10), await store.read("none", 0, 10)], [[], []]);
  assertEquals([await store.remove("one"), await store.remove("one")], [true, false]);
  assertEquals([await store.names(), await store.read("one", 0, 10)], [["two"], []]);
  assertEquals(await store.create(one), true);
  assertEquals(await store.read("one", 0, 10), [], "the log went with the study");
}
