import { assertEquals, assertThrows } from "@std/assert";
import { responsesTo, verdict } from "./fakes.ts";
import { orderedOf } from "./judged_pairs.ts";

const responses = responsesTo(["p", "q"], ["sft", "ppo", "dpo"]);
const verdicts = [
  verdict("bob", "q", "dpo", "sft", "a"),
  verdict("ann", "q", "ppo", "sft", "tie"),
  verdict("ann", "p", "sft", "ppo", "a"),
];

Deno.test("orderedOf() sees every pair from the policy that comes first, and sorts judges and prompts", () => {
  const { policies, judges, pairs } = orderedOf({ responses, verdicts });
  assertEquals([policies, judges], [["sft", "ppo", "dpo"], ["ann", "bob"]]);
  assertEquals(pairs.map(({ judge, a, b }) => [judge, a, b]), [["ann", "sft", "ppo"], ["bob", "sft", "dpo"]]);
  assertEquals(pairs[0]!.judged.map(({ verdict }) => verdict), [
    verdicts[2]!,
    verdict("ann", "q", "sft", "ppo", "tie"),
  ]);
  assertEquals(pairs[1]!.judged[0]!.verdict.winner, "b");
  assertEquals([pairs[1]!.judged[0]!.a.policy, pairs[1]!.judged[0]!.b.policy], ["sft", "dpo"]);
});

Deno.test("orderedOf() takes another order of policies, if it names each once", () => {
  const { pairs } = orderedOf({ responses, verdicts }, ["dpo", "ppo", "sft"]);
  assertEquals(pairs.map(({ a, b }) => [a, b]), [["ppo", "sft"], ["dpo", "sft"]]);
  for (
    const order of [["sft", "ppo"], ["sft", "ppo", "dpo", "sft"], ["sft", "ppo", "rlhf"], ["a", "sft", "ppo", "dpo"]]
  ) {
    assertThrows(() => orderedOf({ responses, verdicts }, order), RangeError, '["sft","ppo","dpo"], each once, but');
  }
});
