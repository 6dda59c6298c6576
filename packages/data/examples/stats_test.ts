import { assertEquals, assertRejects } from "@std/assert";
import { fixture, folder } from "../tokenizer/fixtures/mod.ts";
import { loadTokenizer } from "../tokenizer/load.ts";
import { encodePreference } from "./encode.ts";
import { dataStats } from "./stats.ts";

const tokenizer = await loadTokenizer(folder(fixture("words")));

Deno.test("dataStats() spreads lengths by rank", async () => {
  const prompts = Array.from({ length: 200 }, (_, i) => ({ prompt: "x".repeat(200 - i), id: `${i}` }));
  assertEquals(await dataStats(prompts), {
    ...{ examples: 200, repeatedPrompts: 0, repeatedExamples: 0 },
    characters: { prompt: { total: 20100, mean: 100.5, p50: 100, p90: 180, p99: 198, max: 200 } },
  });
});

Deno.test("dataStats() counts prompts and examples that were there before, whatever their ids", async () => {
  const [a, b] = [{ prompt: "a", completion: "b" }, { prompt: "a", completion: "c" }];
  const { repeatedPrompts, repeatedExamples } = await dataStats([a, b, a, a, { prompt: "b", completion: "c" }]);
  assertEquals([repeatedPrompts, repeatedExamples], [3, 2]);
  assertEquals((await dataStats([{ prompt: "a", id: "1" }, { prompt: "a", id: "2" }])).repeatedExamples, 1);
});

Deno.test("dataStats() counts tokens of each part, and what the context does as encodePreference() does it", async () => {
  const pairs = [
    { prompt: "the cat sat", shorter: [" sat"], chosen: ".", rejected: " on the mat" },
    { prompt: "the", chosen: ".", rejected: " on" },
    { prompt: "the cat", chosen: ".", rejected: "</s>" },
    { prompt: "the cat sat on the mat", chosen: ".", rejected: "?" },
  ];
  const { tokens, fit } = await dataStats(pairs, { tokenizer, context: 6 });
  assertEquals(Object.entries(tokens!).map(([part, { total }]) => [part, total]), [
    ["prompt", 12],
    ["chosen", 8],
    ["prompt and chosen", 20],
    ["rejected", 8],
    ["prompt and rejected", 20],
  ]);
  assertEquals(fit, { context: 6, whole: 1, losingTurns: 1, leftOut: 2 });
  assertEquals(pairs.map((pair) => "skip" in encodePreference(tokenizer, pair, { context: 6 })), [
    ...[false, false, true, true],
  ]);
});

Deno.test("dataStats() of nothing is nothing, and a context needs a tokenizer", async () => {
  const nothing = { examples: 0, repeatedPrompts: 0, repeatedExamples: 0, characters: {} };
  assertEquals(await dataStats([]), nothing);
  await assertRejects(() => dataStats([], { context: 5 }), RangeError, "Expected a tokenizer beside a context");
  await assertRejects(() => dataStats([], { tokenizer, context: 0 }), RangeError, "Expected a context of 1 token");
});
