import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertClose } from "../testing/mod.ts";
import { ropeConfig } from "./rope_config.ts";

interface Case {
  config: { head_dim: number; max_position_embeddings: number };
  frequencies: number[];
  attentionFactor: number;
}

Deno.test("ropeConfig() stretches frequencies as transformers does", async () => {
  const cases: Case[] = JSON.parse(await Deno.readTextFile(new URL("fixtures/rope.json", import.meta.url)));
  assertEquals(cases.length > 0, true);
  for (const { config, frequencies, attentionFactor } of cases) {
    const found = ropeConfig({ ...config }, config.head_dim, config.max_position_embeddings);
    const what = JSON.stringify(config);
    // Theirs are computed in float32.
    assertClose(found.frequencies, frequencies, { atol: 1e-9, rtol: 2e-6, what });
    assertAlmostEquals(found.attentionFactor, attentionFactor, 1e-6, what);
  }
});

Deno.test("ropeConfig() reads the fields of transformers 4 and 5, and defaults where there are none", () => {
  const linear = { theta: 500, scaling: { rope_type: "linear", factor: 2 } };
  const old = ropeConfig({ rope_theta: 500, rope_scaling: { type: "linear", factor: 2 } }, 4, 64);
  const now = ropeConfig({ rope_parameters: { rope_theta: 500, rope_type: "linear", factor: 2 } }, 4, 64);
  assertEquals(old, { ...linear, frequencies: [0.5, 0.5 / Math.sqrt(500)], attentionFactor: 1 });
  assertEquals(now, old);
  const none = ropeConfig({ rope_scaling: null }, 4, 64);
  assertEquals(none, { frequencies: [1, 0.01], attentionFactor: 1, theta: 10000 });
});

Deno.test("ropeConfig() refuses types that it does not do, and parameters that make no sense", () => {
  const cases: [json: Record<string, unknown>, message: string][] = [
    [{ rope_scaling: { rope_type: "dynamic", factor: 2 } }, `one of default, linear, llama3, yarn but found "dynamic"`],
    [{ rope_parameters: { rope_type: "longrope" } }, `but found "longrope"`],
    [{ rope_parameters: { rope_type: "toString" } }, `but found "toString"`],
    [{ rope_parameters: { rope_type: 7 } }, "but found 7"],
    [{ rope_scaling: { type: "linear" } }, `Expected "factor" in config.json, a number above 0, but it is missing`],
    [{ rope_scaling: { type: "linear", factor: "2" } }, `to be a number above 0 but found "2"`],
    [{ rope_scaling: "linear" }, `Expected "rope_scaling" in config.json to be an object but found "linear"`],
    [{ rope_theta: 0 }, `Expected "rope_theta" in config.json to be a number above 0 but found 0`],
    [{ rope_theta: 1 }, "to be a number above 1 but found 1"],
    [{ partial_rotary_factor: 0.5 }, `"partial_rotary_factor" in config.json to be 1`],
    [
      { rope_scaling: { type: "llama3", factor: 8, low_freq_factor: 4, high_freq_factor: 4 } },
      "to be above low_freq_factor, 4 but found 4",
    ],
  ];
  for (const [json, message] of cases) assertThrows(() => ropeConfig(json, 4, 64), Error, message);
  assertThrows(() => ropeConfig({}, 5, 64), RangeError, "an even number");
});
