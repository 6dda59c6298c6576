import { assertEquals, assertThrows } from "@std/assert";
import type { SampleOptions } from "./sampler.ts";
import { sampleSettings } from "./settings.ts";

Deno.test("sampleSettings() fills in what is left open, undefined included", () => {
  const { temperature, n, stop, maxTokens } = sampleSettings({ temperature: undefined, n: 3 });
  assertEquals([temperature, n, stop, maxTokens], [1, 3, [], 128]);
});

Deno.test("sampleSettings() names the option that it refuses", () => {
  const bad: [SampleOptions, string][] = [
    [{ n: 0 }, "n of a draw to be an integer of 1 or more but found 0"],
    [{ maxTokens: 1.5 }, "maxTokens"],
    [{ minTokens: 3, maxTokens: 2 }, "minTokens to be at most maxTokens, 2, but found 3"],
    [{ temperature: -1 }, "temperature"],
    [{ temperature: NaN }, "temperature"],
    [{ topK: -1 }, "topK"],
    [{ topP: 0 }, "topP"],
    [{ minP: 1.1 }, "minP"],
    [{ repetitionPenalty: 0 }, "repetitionPenalty"],
    [{ seed: 2 ** 32 }, "seed"],
    [{ stage: -1 }, "stage"],
    [{ draw: 0.5 }, "draw"],
    [{ draw: 2 ** 32 - 1, n: 2 }, "the last of n draws to be below 2³² but found 4294967295 and n 2"],
  ];
  for (const [options, message] of bad) assertThrows(() => sampleSettings(options), RangeError, message);
  assertThrows(() => sampleSettings({ stop: ["\n", ""] }), TypeError, 'found ""');
});
