import { assertEquals } from "@std/assert";
import { begin, studyOf, taskNumber, uuidOf } from "./fakes.ts";
import { growing, type StudyState } from "./state.ts";

/** A state as text, with the order of what is in it. */
function textOf(state: StudyState): string {
  return JSON.stringify(state, (_, value) => value instanceof Map ? [...value] : value);
}

Deno.test("an event that was tried out and taken back leaves nothing, not even another order", async () => {
  const tasks = [...studyOf(4).tasks, taskNumber(0, "a")];
  const { study, clock } = await begin(studyOf(4, { tasks, goldShare: 0.3 }));
  for (let n = 0; n < 30; n++) {
    const who = ["ann", "bob", "eve"][n % 3]!;
    const next = await study.next(who);
    if (next.outcome === "task") {
      const ballot = { task: next.task.id, choice: "left" } as const;
      await study.vote(who, { ...ballot, id: uuidOf(2 * n) });
      if (n % 4 === 0) await study.vote(who, { ...ballot, id: uuidOf(2 * n + 1), revises: 1 });
    }
    const { last } = await study.progress(who);
    if (n % 2 === 0 && last) await study.undo(who, last.id);
    clock.now += 60;
  }
  const log = await Array.fromAsync(study.events());
  assertEquals(new Set(log.map((event) => event.kind === "vote" && event.revises ? "revision" : event.kind)).size, 4);
  const { state, add, tryOut } = growing(studyOf(4, { tasks, goldShare: 0.3 }));
  for (const [i, event] of log.entries()) {
    const before = textOf(state);
    const back = log.slice(i, i + 3).map(tryOut).reverse(); // the next one, two or three
    for (const undo of back) undo();
    assertEquals(textOf(state), before);
    add(event);
  }
  assertEquals(textOf(state), await study.view(textOf));
});
