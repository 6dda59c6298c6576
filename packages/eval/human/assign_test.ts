import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { randomIntegers } from "../stats/random.ts";
import { assign, type Assignment, tasksLeft } from "./assign.ts";
import { studyOf, taskNumber } from "./fakes.ts";
import { growing, type StudyState } from "./state.ts";
import { lastVote } from "./vote.ts";

/** What assign() and tasksLeft() must say, in the plainest form: lists, made anew for every question. */
function plainly({ study, annotators, votes }: StudyState, who: string, seed: number, now: number) {
  const { tasks, overlap, goldShare, lease: length } = study;
  const mine = annotators.get(who);
  const live = [...annotators].flatMap(([name, { lease }]) =>
    lease && lease.until > now && lease.until <= now + 2 * length ? [{ name, ...lease }] : []
  );
  const keeping = live.filter(({ name, keeps }) => name !== who && keeps);
  const seats = votes.map((map, task) =>
    [...map.keys()].filter((name) => name !== who).length + keeping.filter((lease) => lease.task === task).length
  );
  const plain = tasks.flatMap(({ gold }, task) => gold === undefined ? [task] : []);
  const fresh = tasks.map((_, task) => task).filter((task) => !mine?.votes.has(task));
  const checks = fresh.filter((task) => !plain.includes(task));
  const open = fresh.filter((task) => plain.includes(task) && seats[task]! < overlap);
  const isCheck = (place: number) => {
    const of = (i: number) => Math.floor((i + mixed(seed, tasks.length + i) / 2 ** 32) / goldShare);
    const i = Math.floor(place * goldShare);
    return goldShare > 0 && (of(i) === place || of(i + 1) === place);
  };
  const place = mine?.votes.size ?? 0;
  return {
    assigned(): Assignment {
      if (open.length === 0) {
        const ends = keeping.filter(({ task }) => fresh.includes(task) && plain.includes(task)).map((l) => l.until);
        return ends.length > 0 ? { outcome: "wait", until: Math.min(...ends) } : { outcome: "done" };
      }
      const pool = checks.length > 0 && isCheck(place) ? checks : open;
      const ranks = pool.map((task) => seats[task]! * 2 ** 32 + mixed(seed, task));
      return { outcome: "task", task: pool[ranks.indexOf(Math.min(...ranks))]! };
    },
    left(): number {
      const held = live.find(({ name, task }) => name === who && (!plain.includes(task) || seats[task]! < overlap))
        ?.task;
      let [others, golds] = [open, checks].map((list) => list.filter((task) => task !== held).length) as [
        number,
        number,
      ];
      let given = held === undefined ? 0 : 1;
      for (; others > 0; given++) {
        if (golds > 0 && isCheck(place + given)) golds--;
        else others--;
      }
      return given;
    },
  };
}

/** MurmurHash3's finisher, twice. */
function mixed(seed: number, i: number): number {
  let h = Math.floor(seed / 2 ** 32) ^ i;
  for (const word of [seed | 0, i]) {
    h = Math.imul(h ^ word ^ h >>> 16, 0x85ebca6b);
    h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/** Annotators who take tasks, vote, revise, take back, and let leases end, at random; some events are only tried out. */
function play(plain: number, checks: number, overlap: number, goldShare: number, random: number): Set<string> {
  const draw = randomIntegers(random);
  const gold = Array.from({ length: checks }, (_, i) => taskNumber(i, "a"));
  const tasks = [...studyOf(plain).tasks, ...gold];
  const { state, add, tryOut } = growing(studyOf(plain, { tasks, overlap, goldShare }));
  const seeds = new Map(["ann", "bob", "eve", "joe", "may"].map((who, i) => [who, random * 2 ** 16 + 7919 * i]));
  const seen = new Set<string>();
  let now = 1_000;
  for (let n = 0; n < 12 * tasks.length; n++) {
    const who = [...seeds.keys()][draw(seeds.size)]!;
    const seed = seeds.get(who)!;
    const expected = plainly(state, who, seed, now);
    const assigned = assign(state, who, seed, now);
    assertEquals(assigned, expected.assigned());
    assertEquals(tasksLeft(state, who, seed, now), expected.left());
    seen.add(assigned.outcome);
    if (assigned.outcome === "task") seen.add(assigned.task < plain ? "plain" : "check");
    const put = draw(4) === 0 ? (event: Parameters<typeof add>[0]) => tryOut(event)() : add;
    const mine = state.annotators.get(who);
    const last = lastVote(state, who);
    const task = mine?.lease?.task ?? [...mine?.votes.keys() ?? []][0];
    const by = { at: now, annotator: who };
    if (draw(8) === 0) now += draw(120);
    if (last && draw(6) === 0) put({ kind: "undo", ...by, task: last.task, id: last.id, until: now + 100 });
    else if (task !== undefined && draw(3) > 0) {
      const earlier = mine?.votes.get(task)?.revision;
      const revision = (mine?.revisions.get(task) ?? 0) + 1;
      put({
        kind: "vote",
        ...by,
        task,
        id: `${n}`,
        choice: "tie",
        left: "a",
        revision,
        ...earlier && { revises: earlier },
      });
    } else if (assigned.outcome === "task") {
      const { task } = assigned;
      const ahead = draw(20) === 0 ? 1e6 : 100; // by a clock that was wrong
      put({ kind: "lease", ...by, task, handle: `${who} ${task}`, left: "a", until: now + ahead });
    }
    assertEquals([...state.counts], state.votes.map(({ size }) => size));
  }
  return seen;
}

Deno.test("assign() and tasksLeft() say what lists of tasks, votes and leases say, whatever came before", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(0, 0.03, 0.1, 0.3, 1 / 3, 0.5),
      fc.integer({ min: 1, max: 2 ** 31 }),
      (...sizes) => {
        for (const outcome of play(...sizes)) seen.add(outcome);
      },
    ),
    { numRuns: 100 },
  );
  assertEquals([...seen].sort(), ["check", "done", "plain", "task", "wait"]);
});

Deno.test("tasksLeft() counts gold checks from one to the next as one place after the other does", () => {
  for (
    const [plain, checks, goldShare] of [[300, 40, 0.1], [300, 200, 0.5], [100, 99, 0.37], [50, 3, 0.001]] as const
  ) {
    const tasks = [...studyOf(plain).tasks, ...Array.from({ length: checks }, (_, i) => taskNumber(i, "a"))];
    const { state } = growing(studyOf(plain, { tasks, goldShare }));
    for (let seed = 1; seed < 2 ** 48; seed *= 37) {
      const left = tasksLeft(state, "ann", seed, 0);
      assertEquals(left, plainly(state, "ann", seed, 0).left());
      assert(left >= plain && left <= plain + checks);
    }
  }
});
