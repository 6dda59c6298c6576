import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { responsesOf, swapped } from "./evaluation.ts";
import { evaluations, responsesTo, verdict } from "./fakes.ts";

const responses = responsesTo(["p", "q"], ["sft", "ppo"]);
const row = verdict("ann", "p", "sft", "ppo", "a");

Deno.test("responsesOf() finds both responses, in the order of the verdict", () => {
  const find = responsesOf({ responses, verdicts: [row] });
  assertEquals(find(row).map(({ policy }) => policy), ["sft", "ppo"]);
  assertEquals(find(verdict("ann", "q", "ppo", "sft", "a")).map(({ response }) => response), [
    "Response 1 to q!",
    "Response 0 to q",
  ]);
});

Deno.test("responsesOf() names the row that does not fit", () => {
  const cases: [change: Partial<Parameters<typeof responsesOf>[0]>, message: string][] = [
    [
      { verdicts: [row, verdict("ann", "p", "ppo", "sft", "b")] },
      'verdict 2, of judge "ann" on prompt "p" about "ppo" and "sft" again',
    ],
    [
      { verdicts: [row, verdict("ann", "x", "ppo", "sft", "b")] },
      'verdict 2, of judge "ann" on prompt "x", which has none',
    ],
    [
      { verdicts: [verdict("ann", "p", "ppo", "dpo", "b")] },
      'verdict 1, of judge "ann" on prompt "p" about "dpo", which has no responses',
    ],
    [{ verdicts: [verdict("ann", "p", "ppo", "ppo", "b")] }, '"ppo" against itself in verdict 1'],
    [{ responses: [...responses, responses[0]!] }, 'response 5, of policy "sft" to prompt "p", again'],
    [
      { responses: [...responses, { ...responses[0]!, policy: "dpo", prompt: "!" }] },
      'to prompt "p", with another than before',
    ],
    [{ responses: responses.slice(1), verdicts: [row] }, 'about "sft", which did not answer it'],
  ];
  for (const [change, message] of cases) {
    assertThrows(() => responsesOf({ responses, verdicts: [], ...change }), RangeError, message);
  }
});

Deno.test("responsesOf() lets other judges, prompts and pairs be", () => {
  const three = responsesTo(["p", "q"], ["sft", "ppo", "dpo"]);
  const verdicts = [row, { ...row, judge: "bob" }, { ...row, promptId: "q" }, { ...row, b: "dpo" }];
  assertEquals(typeof responsesOf({ responses: three, verdicts }), "function");
});

Deno.test("swapped() turns games and members round, keeps words, and twice is nothing", () => {
  const games = [{ first: "a", winner: "b", rationale: "r" }, { first: "b", winner: "invalid", reason: "x" }] as const;
  assertEquals(swapped({ ...row, games, members: { m: "a", n: "tie" } }), {
    ...verdict("ann", "p", "ppo", "sft", "b"),
    games: [{ first: "b", winner: "a", rationale: "r" }, { first: "a", winner: "invalid", reason: "x" }],
    members: { m: "b", n: "tie" },
  });
  fc.assert(
    fc.property(evaluations, ({ verdicts }) => {
      for (const verdict of verdicts) assertEquals(swapped(swapped(verdict)), verdict);
    }),
    { numRuns: 30 },
  );
});
