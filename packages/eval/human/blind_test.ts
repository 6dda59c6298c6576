import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { sightOf } from "./blind.ts";
import { begin, given, studyOf, taskNumber } from "./fakes.ts";

const named = { name: "study", secret: "a secret of some length" };

Deno.test("nothing that an annotator gets names a policy, a prompt's id, a number of a task or a gold check", async () => {
  const tasks = [...studyOf(6).tasks, taskNumber(0, "a"), taskNumber(1, "b")];
  const { study, clock } = await begin(studyOf(6, { tasks, goldShare: 0.4, overlap: 3 }));
  const got: unknown[] = [];
  const keep = <T>(value: T): T => (got.push(value), value);
  for (const annotator of ["ann", "bob", "eve"]) {
    for (
      let next = keep(await study.next(annotator));
      next.outcome === "task";
      next = keep(await study.next(annotator))
    ) {
      const ballot = { id: crypto.randomUUID(), task: next.task.id, choice: "left", comment: "mine" } as const;
      keep(await study.vote(annotator, ballot));
      keep(await study.vote(annotator, { ...ballot, id: crypto.randomUUID() })); // a conflict
      keep(await study.undo(annotator, ballot.id));
      keep(await study.vote(annotator, { ...ballot, id: crypto.randomUUID() }));
      keep(await study.progress(annotator));
      clock.now++;
    }
  }
  const bytes = JSON.stringify(got);
  assert(bytes.includes("Question 0!") && bytes.includes("conflict") && bytes.includes("undone")); // it was a whole session
  assert(!/POLICY|PROMPT-ID|gold|check|annotator|secret/i.test(bytes), bytes);
  const keys = new Set(bytes.match(/"\w+":/g));
  assertEquals(
    [...keys].sort().join(""),
    [
      ...['"choice":', '"comment":', '"current":', '"id":', '"instructions":', '"last":', '"left":', '"outcome":'],
      ...['"prompt":', '"reason":', '"revision":', '"right":', '"task":', '"until":', '"vote":', '"votes":'],
    ].join(""),
  );
  const ids = new Set(bytes.match(/"[0-9a-f]{32}"/g));
  assertEquals(ids.size, 6 * 3 + 2 * 3, "an id for each task and annotator");
});

Deno.test("sides are a fair coin over tasks and over annotators, and each side follows neither", async () => {
  const sights = await Promise.all(
    Array.from(
      { length: 60 },
      (_, annotator) =>
        Promise.all(Array.from({ length: 60 }, (_, task) => sightOf(named, task, `annotator ${annotator}`))),
    ),
  );
  const left = sights.map((row) => row.map(({ left }): number => left === "a" ? 1 : 0));
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  const chi = (counts: readonly number[]) => sum(counts.map((k) => (k - 30) ** 2 / 15)); // of 60 fair coins each
  const [rows, columns] = [left.map(sum), left.map((_, i) => sum(left.map((row) => row[i]!)))];
  const total = sum(rows);
  assert((total - 1_800) ** 2 / 900 < 10.83, `${total} of 3600 left`); // χ² of 1 degree, p = 0.001
  for (const counts of [rows, columns]) { // χ² of 60 degrees lies from 31.7 to 99.6 with p = 0.998
    assert(chi(counts) > 31.7 && chi(counts) < 99.6, `χ² = ${chi(counts)}`);
  }
  // The id does not tell the side: none of its bits does.
  const flat = sights.flat();
  for (let bit = 0; bit < 128; bit++) {
    const set = flat.filter(({ handle }) => parseInt(handle[bit >> 2]!, 16) >> (bit & 3) & 1);
    const share = set.filter(({ left }) => left === "a").length / set.length;
    assert(Math.abs(share - 0.5) < 0.05, `bit ${bit}: ${share}`); // four standard deviations
  }
});

Deno.test("in the order in which tasks come, sides are a coin's: one does not tell the next, nor another annotator's", async () => {
  const gold = Array.from({ length: 60 }, (_, i) => taskNumber(i, i % 2 ? "a" : "b"));
  const tasks = [...studyOf(300).tasks, ...gold];
  const { study } = await begin(studyOf(300, { tasks, goldShare: 0.15, overlap: 2 }));
  const seen = new Map<string, Map<string, boolean>>();
  for (const annotator of ["ann", "bob"]) {
    const sides = new Map<string, boolean>(); // by prompt: whether A stood left
    for (let next = await study.next(annotator); next.outcome === "task"; next = await study.next(annotator)) {
      sides.set(next.task.prompt, next.task.left.startsWith("Yes"));
      await study.vote(annotator, { id: crypto.randomUUID(), task: next.task.id, choice: "left" });
    }
    seen.set(annotator, sides);
  }
  /** How far a count of fair coins is from a half, in standard deviations. */
  const z = (coins: readonly boolean[]) =>
    (coins.filter(Boolean).length - coins.length / 2) / Math.sqrt(coins.length / 4);
  for (const [annotator, sides] of seen) {
    const row = [...sides.values()];
    assert(row.length > 340, `${annotator} got ${row.length}`);
    const checks = [...sides].flatMap(([prompt, left]) =>
      prompt.endsWith("!") ? [left === (Number(/\d+/.exec(prompt)![0]) % 2 === 1)] : []
    );
    for (
      const [what, coins] of [
        ["left", row],
        ["a change", row.slice(1).map((side, i) => side !== row[i])], // as many runs as a coin has
        ["the right answer of a gold check", checks],
      ] as const
    ) assert(Math.abs(z(coins)) < 3.3, `${what}: ${z(coins)} standard deviations`);
  }
  const both = [...seen.get("ann")!].map(([prompt, left]) => left === seen.get("bob")!.get(prompt));
  assert(Math.abs(z(both)) < 3.3, `both alike: ${z(both)}`);
});

Deno.test("sides hang on study, task and annotator alone, and are stored with the vote", async () => {
  const one = await sightOf(named, 3, "ann");
  assertEquals(await sightOf(named, 3, "ann"), one);
  for (
    const other of [
      sightOf({ ...named, secret: "another secret of it" }, 3, "ann"),
      sightOf({ ...named, name: "another study" }, 3, "ann"), // an id of one study is none of another
      sightOf(named, 4, "ann"),
      sightOf(named, 3, "bob"),
    ]
  ) {
    assertNotEquals((await other).handle, one.handle);
  }
  const { study } = await begin(studyOf(20));
  for (let i = 0; i < 20; i++) {
    const { id, left } = await given(study, "ann");
    await study.vote("ann", { id: crypto.randomUUID(), task: id, choice: "left" });
    const vote = (await Array.fromAsync(study.events())).at(-1)!;
    assert(vote.kind === "vote");
    assertEquals(vote.left, left.startsWith("Yes") ? "a" : "b", "what was stored is what was shown");
    assertEquals(vote.left, (await sightOf(named, vote.task, "ann")).left);
  }
});
