import { assertEquals, assertThrows } from "@std/assert";
import { parseBaselineRow } from "./parse_row.ts";
import type { BaselineRow } from "./row.ts";

const row: BaselineRow = {
  ...{ promptId: "tea", promptHash: "ab".repeat(32), prompt: "Tea?", responses: ["a", "b"], rewards: [1, -2.5] },
  ...{ greedy: { response: "c", reward: 3 }, dataset: { response: "d", reward: 4 } },
  ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
  sampling: { k: 2, temperature: 0.7, maxTokens: 32, seed: 7 },
};

Deno.test("parseBaselineRow() gives back what a line holds, in one order and without other fields", () => {
  const line = JSON.stringify({ note: 1, ...Object.fromEntries(Object.entries(row).toReversed()) });
  assertEquals(JSON.stringify(parseBaselineRow(JSON.parse(line))), JSON.stringify(row));
  const { prompt: _, greedy: _greedy, dataset: _dataset, ...bare } = row;
  assertEquals(JSON.stringify(parseBaselineRow(bare)), JSON.stringify(bare));
});

Deno.test("parseBaselineRow() names the place, the field and what it found there", () => {
  const kinds: readonly [unknown, string][] = [
    [null, "expected a row with fields but found null"],
    [[row], "expected a row with fields but found a list"],
    ["{}", "expected a row with fields but found text"],
    [{ ...row, promptId: 3 }, "promptId: expected text but found a number"],
    [{ ...row, prompt: null }, "prompt: expected text but found null"],
    [{ ...row, policy: undefined }, "policy: expected text but found nothing"],
    [{ ...row, template: false }, "template: expected text but found a boolean"],
    [{ ...row, responses: "a" }, "responses: expected a list but found text"],
    [{ ...row, responses: ["a", {}] }, "responses.1: expected text but found an object"],
    [{ ...row, rewards: [1, null] }, "rewards.1: expected a number but found null"], // NaN as JSON writes it
    [{ ...row, sampling: 5 }, "sampling: expected a record with fields but found a number"],
    [{ ...row, sampling: { ...row.sampling, seed: "7" } }, "sampling.seed: expected a number but found text"],
    [{ ...row, greedy: "c" }, "greedy: expected a response and its reward with fields but found text"],
    [{ ...row, dataset: { response: "d" } }, "dataset.reward: expected a number but found nothing"],
  ];
  const sizes: readonly [unknown, string][] = [
    [{ ...row, promptHash: "AB".repeat(32) }, 'promptHash: expected a SHA-256 in 64 hexadecimal digits but found "AB'],
    [{ ...row, rewards: [1, NaN] }, "rewards.1: expected a finite number but found NaN"],
    [{ ...row, greedy: { response: "c", reward: Infinity } }, "greedy.reward: expected a finite number but found Inf"],
    [{ ...row, rewards: [1, 1e39] }, "rewards.1: expected a reward that 32 bits can hold but found 1e+39"],
    [{ ...row, rewards: [1] }, "expected 2 rewards, one for each response, but found 1"],
    [{ ...row, responses: ["a"], rewards: [1] }, "expected k = 2 responses but found 1"],
    [
      { ...row, responses: [], rewards: [], sampling: { ...row.sampling, k: 0 } },
      "sampling.k: expected 1 response to each prompt, or more, but found 0: sample with -k 5",
    ],
  ];
  const where = "baselines.jsonl, line 3";
  for (const [json, problem] of kinds) {
    assertThrows(() => parseBaselineRow(json, where), TypeError, `${where}: ${problem}`);
  }
  for (const [json, problem] of sizes) {
    assertThrows(() => parseBaselineRow(json, where), RangeError, `${where}: ${problem}`);
  }
});
