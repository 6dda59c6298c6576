import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { evaluations, responsesTo, verdict } from "./fakes.ts";
import { preferenceRows } from "./preferences.ts";

const prompts = ["p", "q", "r", "s"];
const responses = responsesTo(prompts, ["sft", "ppo"]).map((row) =>
  row.promptId === "s" ? { ...row, response: "alike" } : row
);
const verdicts = [
  verdict("ann", "p", "ppo", "sft", "b"),
  verdict("ann", "q", "sft", "ppo", "tie"),
  verdict("ann", "r", "sft", "ppo", "invalid"),
  verdict("ann", "s", "sft", "ppo", "a"),
  verdict("bob", "p", "sft", "ppo", "b"),
];

Deno.test("preferenceRows() takes one judge's decisions, and says where the other verdicts went", () => {
  const { rows, counts } = preferenceRows({ responses, verdicts }, { judge: "ann", form: "text" });
  assertEquals(rows, [{ prompt: "Prompt p?", chosen: "Response 0 to p", rejected: "Response 1 to p!" }]);
  assertEquals(counts, { judged: 4, exported: 1, ties: 1, invalid: 1, equal: 1 });
});

Deno.test("preferenceRows() makes messages: the prompt of the user, or what it is told", () => {
  const chosen = [{ role: "assistant", content: "Response 1 to p!" }] as const;
  const rejected = [{ role: "assistant", content: "Response 0 to p" }] as const;
  const options = { judge: "bob", form: "messages" } as const;
  assertEquals(preferenceRows({ responses, verdicts }, options).rows, [
    { prompt: [{ role: "user", content: "Prompt p?" }], chosen, rejected },
  ]);
  const messagesOf = (content: string) =>
    [{ role: "system", content: "Be brief." }, { role: "user", content }] as const;
  assertEquals(preferenceRows({ responses, verdicts }, { ...options, messagesOf }).rows[0]?.prompt.length, 2);
});

Deno.test("preferenceRows() loses no verdict: exported + ties + invalid + equal = judged", () => {
  fc.assert(
    fc.property(evaluations.filter(({ verdicts }) => verdicts.length > 0), (evaluation) => {
      const { judge } = evaluation.verdicts[0]!;
      const { rows, counts } = preferenceRows(evaluation, { judge, form: "text" });
      const { judged, exported, ties, invalid, equal } = counts;
      assertEquals(exported + ties + invalid + equal, judged);
      assertEquals(judged, evaluation.verdicts.filter((row) => row.judge === judge).length);
      assertEquals(rows.length, exported);
      for (const { chosen, rejected } of rows) assertEquals(chosen === rejected, false);
    }),
    { numRuns: 60 },
  );
});

Deno.test("preferenceRows() refuses a judge who decided nothing, and names those who did", () => {
  const of = (judge: string) => () => preferenceRows({ responses, verdicts }, { judge, form: "text" });
  assertThrows(of("eve"), RangeError, 'Expected a judge with verdicts ("ann", "bob") but found "eve"');
});
