import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { showComparison } from "./show.ts";
import { type ComparisonTable, comparisonTable, responseRows, type ScoredResponse } from "./table.ts";
import { policyPairs, scoreVerdicts } from "./verdicts.ts";

/** Responses of policies with these gold scores, a prompt each. */
function responses(gold: Readonly<Record<string, readonly number[]>>): ScoredResponse[] {
  return Object.entries(gold).flatMap(([policy, scores]) =>
    scores.map((score, i) => ({
      ...{ policy, promptId: `p${i}`, prompt: "?", response: "!", finish: i === 0 ? "length" : "eos", length: i + 1 },
      ...{ gold: score, reward: 10 * score },
    }))
  );
}

/** The table of responses and the verdicts that their scores give. */
function tableOf(rows: readonly ScoredResponse[], seed: number): ComparisonTable {
  const names = [...new Set(rows.map(({ policy }) => policy))];
  return comparisonTable(rows, scoreVerdicts(rows, policyPairs(names, "all")), seed);
}

Deno.test("comparisonTable() counts wins, ties and losses of every two policies by hand-worked scores", () => {
  const rows = responses({ sft: [0.5, 0.5, 0.5, 0.5], ppo: [0.9, 0.52, 0.47, 0.6], dpo: [0.4, 0.5, 0.5, 0.9] });
  const { reference, policies, pairs, prompts, seed } = tableOf(rows, 3);
  assertEquals([reference, prompts, seed], ["sft", 4, 3]);
  assertEquals(policies.map(({ name, length, eosRate }) => [name, length, eosRate]), [
    ["sft", 2.5, 0.75],
    ["ppo", 2.5, 0.75],
    ["dpo", 2.5, 0.75],
  ]);
  assertAlmostEquals(policies[1]!.gold!.mean, 2.49 / 4, 1e-12);
  const counts = pairs.map(({ a, b, by, win, tie, lose }) => [a, b, by, win, tie, lose]);
  assertEquals(counts, [
    ["ppo", "sft", "gold", 2, 1, 1], // 0.52 against 0.5 is a tie, 0.47 is none
    ["ppo", "sft", "reward", 3, 0, 1], // a reward knows no tie but equality
    ["dpo", "sft", "gold", 1, 2, 1],
    ["dpo", "sft", "reward", 1, 2, 1],
    ["dpo", "ppo", "gold", 2, 1, 1],
    ["dpo", "ppo", "reward", 2, 0, 2],
  ]);
  const [first] = pairs;
  assertEquals([first!.rate.mean, first!.wilson.mean], [2.5 / 4, 2.5 / 4]);
  assertAlmostEquals(first!.difference!.mean, 0.49 / 4, 1e-12);
  assert(first!.rate.low < 2.5 / 4 && first!.rate.high > 2.5 / 4);
});

Deno.test("comparisonTable() compares prompt by prompt: what prompts share widens no difference", () => {
  const easy = Array.from({ length: 40 }, (_, i) => i / 40);
  const rows = responses({ sft: easy, ppo: easy.map((score, i) => score + 0.1 + 0.01 * (i % 3)) });
  const { policies, pairs } = tableOf(rows, 0);
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  assert(width(pairs[0]!.difference!) < 0.1 * width(policies[0]!.gold!));
});

Deno.test("comparisonTable() gives equal bits for equal seeds, and mean KL where there is one", () => {
  const rows = responses({ sft: [0.1, 0.4, 0.9], ppo: [0.3, 0.2, 0.8] });
  assertEquals(tableOf(rows, 5), tableOf(rows, 5));
  assert(!("kl" in tableOf(rows, 5).policies[1]!));
  const far = rows.map((row, i) => row.policy === "sft" ? row : { ...row, kl: i });
  assertEquals(tableOf(far, 5).policies.map(({ kl }) => kl), [undefined, 4]);
});

Deno.test("responseRows() puts scores beside the responses that they are of", () => {
  const episode = (promptId: string) => ({
    ...{ promptId, prompt: "?", response: "!", finish: "eos" as const, promptTokens: Uint32Array.of(1) },
    ...{ tokens: Uint32Array.of(1, 2), logProbs: new Float32Array(2) },
  });
  const drawn = [
    { name: "sft", episodes: [episode("a"), episode("b")], facts: [{ length: 2 }, {}] },
    { name: "ppo", episodes: [episode("a"), episode("b")], facts: [{ length: 3, kl: 0.5 }, { kl: -0.1 }] },
  ];
  const rows = responseRows(drawn, { gold: [1, 2, 3, 4] });
  assertEquals(rows.map(({ policy, promptId, gold, kl, length }) => [policy, promptId, gold, kl, length]), [
    ["sft", "a", 1, undefined, 2],
    ["sft", "b", 2, undefined, undefined],
    ["ppo", "a", 3, 0.5, 3],
    ["ppo", "b", 4, -0.1, undefined],
  ]);
});

Deno.test("showComparison() shows what was scored, every pair once, and what the intervals are not", () => {
  const text = showComparison(tableOf(responses({ sft: [0.1, 0.4], ppo: [0.3, 0.2] }), 0));
  for (const part of ["gold", "ppo against sft", "1/0/1, 50.0 %", "The spread between training runs is not in them"]) {
    assert(text.includes(part), `${part} in ${text}`);
  }
  assert(!text.includes("judge"));
  const alone = showComparison(tableOf(responses({ sft: [0.1, 0.4] }), 0));
  assert(!alone.includes("against"));
});
