import { assertEquals, assertStringIncludes } from "@std/assert";
import { textOf } from "@tare/eval/report";
import type { Comparison } from "../sources/comparison.ts";
import { viewOf } from "../view.ts";
import { dialoguesSection } from "./dialogues.ts";

const none = { runs: [], comparisons: [], baselines: [], stages: [] };
const runs = [
  { name: "ppo", contrastive: false, metrics: [], episodes: [] },
  { name: "cr", contrastive: true, metrics: [], episodes: [] },
];

/** Gold of contrastive rewards less that of plain PPO, prompt by prompt. */
function comparison(...gaps: readonly number[]): Comparison {
  const responses = ["ppo", "cr"].flatMap((policy) =>
    gaps.map((gap, i) => ({
      ...{ policy, promptId: `${i}`, prompt: ` Prompt ${i}?\n`, response: ` ${policy} answers ${i}. ` },
      gold: policy === "cr" ? 0.5 + gap : 0.5,
    }))
  );
  const policies = ["ppo", "cr"].map((name) => ({ name, length: 1, eosRate: 1 }));
  return { name: "eval", reference: "ppo", policies, pairs: [], prompts: gaps.length, seed: 0, note: "", responses };
}

const headings = (text: string) =>
  [...text.matchAll(/<h3>(.*?)<\/h3><p[^>]*>(.*?)<\/p>/g)].map(([, why, prompt]) => [why, prompt]);

Deno.test("dialoguesSection() shows two prompts that nobody chose, and the best and worst of the others", () => {
  const view = viewOf({ ...none, runs, comparisons: [comparison(0.4, -0.4, 0.1, 0.3, -0.2, 0, -0.1, 0.2)] });
  const text = textOf(dialoguesSection(view).body);
  assertEquals(headings(text), [
    ["Held-out prompt 1, not chosen", "Prompt 0?"],
    ["Held-out prompt 2, not chosen", "Prompt 1?"],
    ["Where cr does best against ppo: gold score +0.300", "Prompt 3?"],
    ["Where cr does best against ppo: gold score +0.200", "Prompt 7?"],
    ["Where cr does worst against ppo: gold score −0.200", "Prompt 4?"],
    ["Where cr does worst against ppo: gold score −0.100", "Prompt 6?"],
  ]);
  assertStringIncludes(text, '<p class="said" dir="auto">cr answers 3.</p>');
});

Deno.test("dialoguesSection() calls nothing best that is not ahead, and repeats no prompt where there are few", () => {
  const of = (...gaps: readonly number[]) =>
    headings(textOf(dialoguesSection(viewOf({ ...none, runs, comparisons: [comparison(...gaps)] })).body)).map((
      [, p],
    ) => p);
  assertEquals(of(0, 0, 0, 0, 0), ["Prompt 0?", "Prompt 1?"]);
  assertEquals(of(0, 0, -0.1), ["Prompt 0?", "Prompt 1?", "Prompt 2?"]);
  assertEquals(of(0, 0, 0.1, 0.2, 0.3), ["Prompt 0?", "Prompt 1?", "Prompt 4?", "Prompt 3?"]);
});

Deno.test("dialoguesSection() cuts what is very long, and says that nothing was said", () => {
  const table = comparison(0, 0);
  const responses = table.responses.map((response, i) => ({
    ...response,
    response: i === 0 ? "x".repeat(5000) : " \n",
  }));
  const text = textOf(dialoguesSection(viewOf({ ...none, runs, comparisons: [{ ...table, responses }] })).body);
  assertStringIncludes(text, `${"x".repeat(1500)} … (3500 characters more)</p>`);
  assertStringIncludes(text, "(nothing)</p>");
});
