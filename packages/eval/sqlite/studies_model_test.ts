import { assert, assertEquals } from "@std/assert";
import { type Ballot, exportStudy, importStudy, memoryStudyStore, openStudy, type StudyStore } from "@tare/eval/human";
import fc from "fast-check";
import { begin, studyOf, uuidOf } from "../human/fakes.ts";
import { openStudyStore } from "./studies.ts";

/** What a study must do, in the plainest form: lists of who has voted on what, and who holds what until when. */
function naiveStudy(tasks: number, overlap: number, lease: number) {
  const votes: { who: string; task: number; id: string; revision: number }[] = [];
  const leases = new Map<string, { task: number; until: number; keeps: boolean }>();
  const revisions = new Map<string, number>();
  const idle = new Map<string, number>(); // leases in a row with no vote on a task that is new to them
  const hold = (who: string, task: number, now: number) => {
    idle.set(who, (idle.get(who) ?? 0) + 1);
    leases.set(who, { task, until: now + lease, keeps: idle.get(who)! <= 3 });
  };
  const numbers = Array.from({ length: tasks }, (_, i) => i);
  const current = (who: string, task: number) => votes.find((vote) => vote.who === who && vote.task === task);
  const seats = (task: number, but: string, now: number) =>
    votes.filter((vote) => vote.task === task && vote.who !== but).length +
    [...leases].filter(([who, held]) => who !== but && held.task === task && held.until > now && held.keeps)
      .length;
  return {
    current,
    /** The tasks that may be given. */
    mayGet(who: string, now: number): readonly number[] {
      const held = leases.get(who);
      if (held && held.until > now && seats(held.task, who, now) < overlap) return [held.task];
      const open = numbers.filter((task) => !current(who, task) && seats(task, who, now) < overlap);
      const fewest = Math.min(...open.map((task) => seats(task, who, now)));
      return open.filter((task) => seats(task, who, now) === fewest);
    },
    mustWait: (who: string) =>
      numbers.some((task) => !current(who, task) && votes.filter((vote) => vote.task === task).length < overlap),
    got(who: string, task: number, now: number): void {
      const held = leases.get(who);
      if (held?.task === task && held.until > now) return;
      hold(who, task, now);
    },
    vote(who: string, task: number, id: string, revises: number | undefined, now: number): string {
      const mine = current(who, task);
      if (mine?.revision !== revises) return "conflict";
      if (!mine && seats(task, who, now) >= overlap) return "taken";
      if (mine) votes.splice(votes.indexOf(mine), 1);
      const revision = (revisions.get(`${who} ${task}`) ?? 0) + 1;
      revisions.set(`${who} ${task}`, revision);
      votes.push({ who, task, id, revision });
      if (leases.get(who)?.task === task) leases.delete(who);
      if (revision === 1) idle.set(who, 0);
      return "accepted";
    },
    lastOf: (who: string) => votes.findLast((vote) => vote.who === who),
    undo(who: string, now: number): void {
      const last = votes.findLast((vote) => vote.who === who)!;
      votes.splice(votes.indexOf(last), 1);
      hold(who, last.task, now);
    },
    crowded: (now: number) => numbers.some((task) => seats(task, "", now) > overlap),
    standing: () => votes.map(({ id }) => id).sort(),
  };
}

const names = ["ann", "bob", "eve", "joe"];
const who = fc.constantFrom(...names);
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("next"), who }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("vote"), who, pick: fc.nat(), revises: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("undo"), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait"), by: fc.integer({ min: 1, max: 120 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("again") }) },
);
type Command = { kind: string; who?: string; pick?: number; revises?: boolean; by?: number };

/** Two hands on one store: what one does the other must see. */
async function hands(store: StudyStore, tasks: number, overlap: number) {
  const { study, clock } = await begin(studyOf(tasks, { overlap, lease: 100 }), store);
  return { clock, open: [study, await openStudy(store, "study", () => clock.now)] as const };
}

async function play(tasks: number, overlap: number, commands: readonly Command[]): Promise<void> {
  using sqlite = openStudyStore(":memory:");
  const [memory, file] = [await hands(memoryStudyStore(), tasks, overlap), await hands(sqlite, tasks, overlap)];
  const model = naiveStudy(tasks, overlap, 100);
  const known = new Map<string, { id: string; task: number }[]>(names.map((name) => [name, []]));
  const sent: { who: string; ballot: Ballot; result: unknown }[] = [];
  for (const [i, { kind, who = "", pick = 0, revises, by = 0 }] of commands.entries()) {
    const [one, other] = [memory.open[i % 2]!, file.open[(i >> 1) % 2]!];
    const both = async <T>(act: (study: typeof one) => Promise<T>): Promise<T> => {
      const results = await Promise.all([act(one), act(other)]);
      assertEquals(results[0], results[1], "memory and SQLite");
      return results[0]!;
    };
    const now = memory.clock.now += by;
    file.clock.now = now;
    if (kind === "next") {
      const next = await both((study) => study.next(who));
      const allowed = model.mayGet(who, now);
      if (next.outcome === "task") {
        const task = Number(/\d+/.exec(next.task.prompt)![0]);
        assert(allowed.includes(task), `${task} is none of ${allowed}`);
        model.got(who, task, now);
        if (!known.get(who)!.some((known) => known.task === task)) known.get(who)!.push({ id: next.task.id, task });
      } else {
        assertEquals(allowed, [], "nobody starves");
        assertEquals(next.outcome, model.mustWait(who) ? "wait" : "done");
      }
    } else if (kind === "vote") {
      const mine = known.get(who)!;
      const target = mine[pick % mine.length];
      if (!target) continue;
      const revision = model.current(who, target.task)?.revision;
      const ballot: Ballot = {
        ...{ id: uuidOf(i), task: target.id, choice: (["left", "right", "tie", "bad", "skip"] as const)[pick % 5]! },
        ...revises && revision && { revises: revision },
      };
      const result = await both((study) => study.vote(who, ballot));
      assertEquals(result.outcome, model.vote(who, target.task, ballot.id, ballot.revises, now));
      if (result.outcome === "accepted") sent.push({ who, ballot, result });
    } else if (kind === "undo") {
      const last = model.lastOf(who);
      const result = await both((study) => study.undo(who, last?.id ?? uuidOf(1e6)));
      assertEquals(result.outcome, last ? "undone" : "unknown");
      if (last) model.undo(who, now);
    } else if (kind === "again") {
      const before = await both((study) => study.view(({ length }) => length));
      for (const { who, ballot, result } of sent) assertEquals(await both((study) => study.vote(who, ballot)), result);
      assertEquals(await both((study) => study.view(({ length }) => length)), before, "sent again, a vote is no event");
    }
    assert(!model.crowded(now), "more than the overlap");
  }
  const [kept, filed] = [await memory.open[0].view((state) => state), await file.open[0].view((state) => state)];
  assertEquals(filed, kept);
  const standing = kept.votes.flatMap((votes) => [...votes.values()].map(({ id }) => id)).sort();
  assertEquals(standing, model.standing());
  const lines = await Array.fromAsync(exportStudy(memory.open[0]));
  assertEquals(await Array.fromAsync(exportStudy(file.open[1])), lines);
  const copy = memoryStudyStore();
  await importStudy(copy, lines);
  assertEquals(await Array.fromAsync(exportStudy(await openStudy(copy, "study"))), lines, "byte for byte");
}

Deno.test("studies in memory and in SQLite do what lists of votes and leases say, whatever comes in whatever order", async () => {
  const sizes = { tasks: fc.integer({ min: 1, max: 4 }), overlap: fc.integer({ min: 1, max: 3 }) };
  await fc.assert(
    fc.asyncProperty(sizes.tasks, sizes.overlap, fc.array(command, { maxLength: 80, size: "max" }), play),
    { numRuns: 60 },
  );
});
