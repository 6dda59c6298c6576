import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { ResponseRow } from "../rows.ts";
import { begin, studyOf } from "./fakes.ts";
import { checkStudy } from "./study.ts";
import { studyTasks } from "./study_tasks.ts";
import { humanResponses } from "./verdicts.ts";

/** What policies said to prompts; every response is unlike every other. */
function rowsOf(policies: number, prompts: number): ResponseRow[] {
  return Array.from({ length: policies * prompts }, (_, i) => {
    const [policy, promptId] = [`policy ${i % policies}`, `${Math.floor(i / policies)}`];
    return { policy, promptId, prompt: `Question ${promptId}?`, response: `${policy} to ${promptId}` };
  });
}

Deno.test("studyTasks() makes a study that passes, of as many tasks as asked, whatever the order of the rows", () => {
  const sizes = fc.record({
    ...{ policies: fc.integer({ min: 2, max: 4 }), prompts: fc.integer({ min: 1, max: 6 }) },
    ...{ gold: fc.integer({ min: 0, max: 2 }), seed: fc.nat(), mix: fc.nat() },
  });
  fc.assert(fc.property(sizes, ({ policies, prompts, gold, seed, mix }) => {
    const pairs = policies * (policies - 1) / 2;
    const rows = rowsOf(policies, prompts + gold * pairs + 2);
    const tasks = studyTasks(rows, { prompts, gold, seed });
    const other = rows.toSorted((a, b) => (a.response.length * 7 + mix) % 5 - (b.response.length * 7 + mix) % 3);
    assertEquals(studyTasks(other, { prompts, gold, seed }), tasks);
    checkStudy(studyOf(0, { tasks, goldShare: gold > 0 ? 0.1 : 0 }));
    const [plain, checks] = [tasks.filter(({ gold }) => !gold), tasks.filter(({ gold }) => gold)];
    assertEquals([plain.length, checks.length], [prompts * pairs, gold * pairs]);
    const compared = new Set(plain.map(({ promptId }) => promptId));
    assertEquals(compared.size, prompts);
    for (const { promptId, a, b } of plain) {
      assertEquals([a, b].map(({ response }) => response), [
        `${a.policy} to ${promptId}`,
        `${b.policy} to ${promptId}`,
      ]);
    }
    for (const task of checks) {
      assert(!compared.has(task.promptId), "its prompt would tell a gold check");
      const [good, bad] = task.gold === "a" ? [task.a, task.b] : [task.b, task.a];
      assertEquals(good.response, `${good.policy} to ${task.promptId}`);
      assert(bad.response.startsWith(`${bad.policy} to `) && !bad.response.endsWith(` to ${task.promptId}`));
    }
  }));
});

Deno.test("studyTasks() draws other prompts and other right answers with another seed", () => {
  const rows = rowsOf(2, 60);
  const of = (seed: number) => studyTasks(rows, { prompts: 20, gold: 20, seed });
  const ids = (seed: number) => new Set(of(seed).slice(0, 20).map(({ promptId }) => promptId));
  assert(ids(1).size === 20 && ids(1).isSubsetOf(ids(1)) && !ids(1).isSubsetOf(ids(2)));
  assertEquals(new Set(of(1).map(({ gold }) => gold)), new Set([undefined, "a", "b"]));
});

Deno.test("studyTasks() of some pairs takes prompts that these policies answered, and humanResponses() gives them back", async () => {
  const rows = rowsOf(3, 4).filter(({ policy, promptId }) => policy !== "policy 2" || promptId === "1");
  const pairs = [["policy 1", "policy 0"]] as const;
  const tasks = studyTasks(rows, { pairs });
  assertEquals(tasks.map(({ a, b }) => [a.policy, b.policy]), Array(4).fill(["policy 1", "policy 0"]));
  assertEquals(studyTasks(rows).length, 3, "every pair on the prompt that all answered");
  const { study } = await begin(studyOf(0, { tasks }));
  const key = ({ policy, promptId }: ResponseRow) => `${policy} ${promptId}`;
  const sorted = (rows: readonly ResponseRow[]) => rows.toSorted((a, b) => key(a) < key(b) ? -1 : 1);
  assertEquals(sorted(await study.view(humanResponses)), sorted(rows.filter(({ policy }) => policy !== "policy 2")));
});

Deno.test("studyTasks() passes over responses that are the right one by chance, and refuses where all are", () => {
  const rows = rowsOf(2, 3).map((row, i) => ({ ...row, response: i < 4 ? " yes" : ` no ${i}` }));
  for (let seed = 0; seed < 20; seed++) {
    const check = studyTasks(rows, { prompts: 1, gold: 1, seed }).at(-1)!;
    assert(check.gold && check.a.response !== check.b.response);
  }
  const alike = rows.map((row) => ({ ...row, response: " yes" }));
  assertThrows(() => studyTasks(alike, { prompts: 1, gold: 1 }), RangeError, "found all alike");
});

Deno.test("studyTasks() refuses what it cannot make tasks of, in a sentence", () => {
  const rows = rowsOf(2, 3);
  const refused = (list: readonly ResponseRow[], options: Parameters<typeof studyTasks>[1], message: string) =>
    assertThrows(() => studyTasks(list, options), RangeError, message);
  refused([...rows, rows[0]!], {}, "one response of policy 0 to 0 but found another");
  refused(rows.with(0, { ...rows[0]!, prompt: "Other?" }), {}, "one prompt for 0 but found another of policy 0");
  refused(rows, { pairs: [["policy 0", "gpt"]] }, "responses of gpt but found those of policy 0, policy 1");
  refused(rows, { prompts: 3, gold: 1 }, "3 prompts and 1 more for gold checks but found 3");
  refused(rows, { gold: 3 }, "1 or more prompts but found 0");
  refused(rows, { prompts: 1.5 }, "1 or more prompts but found 1.5");
  refused(rows, { gold: -1, prompts: 1 }, "0 or more gold checks but found -1");
  refused(rows, { seed: -1 }, "a seed");
  refused(rows.slice(0, 1), {}, "a pair of policies to compare but found none");
});
