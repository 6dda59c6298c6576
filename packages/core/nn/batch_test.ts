import { assertEquals, assertThrows } from "@std/assert";
import { eachDevice } from "../testing/mod.ts";
import { tokenBatch, tokenPlaces } from "./batch.ts";
import type { ModelConfig } from "./config.ts";

const config: ModelConfig = {
  ...{ family: "gpt2", layers: 1, width: 8, heads: 2, kvHeads: 2, headDim: 4, hidden: 8, vocabulary: 10 },
  ...{ positions: 4, norm: "layer", normEps: 1e-5, activation: "gelu", tied: true, headNorm: false },
  bias: { qkv: true, output: true, mlp: true },
  windows: [undefined],
  tokens: { eos: [] },
};

await eachDevice(Deno.test, "tokenBatch() packs sequences end to end, empty ones too", async (device) => {
  const batch = tokenBatch(device, config, [[1, 2, 3], [], Uint32Array.of(4)]);
  const [tokens, positions] = await device.read([batch.tokens, batch.positions]);
  assertEquals([[...tokens], [...positions]], [[1, 2, 3, 4], [0, 1, 2, 0]]);
  assertEquals(batch.segments.ranges[2], { qStart: 3, qLength: 1, kStart: 3, kLength: 1 });
  assertEquals(batch.angles, undefined);
});

await eachDevice(Deno.test, "tokenPlaces() turns each token by its own position", async (device) => {
  const rotary = { ...config, rope: { frequencies: [1, 0.5], attentionFactor: 2 } };
  const { angles } = tokenPlaces(device, rotary, [0, 100_000], []);
  const exact = [1, 0.5].map((frequency) => 100_000 * frequency);
  assertEquals(
    await angles!.data(),
    Float32Array.of(2, 2, 0, 0, ...exact.map((x) => 2 * Math.cos(x)), ...exact.map((x) => 2 * Math.sin(x))),
  );
});

await eachDevice(Deno.test, "tokenBatch() refuses what the model cannot take", (device) => {
  assertThrows(
    () => tokenBatch(device, config, [[1, 10]]),
    RangeError,
    "ids below 10, the model's vocabulary, but found 10",
  );
  assertThrows(() => tokenBatch(device, config, [[-1]]), RangeError, "found -1");
  assertThrows(() => tokenBatch(device, config, [[1.5]]), RangeError, "found 1.5");
  assertThrows(() => tokenBatch(device, config, [[1, 2, 3, 4, 5]]), RangeError, "at most 4 tokens");
});
