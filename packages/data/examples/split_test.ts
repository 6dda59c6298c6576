import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { splitOf } from "./split.ts";

const prompts = Array.from({ length: 4000 }, (_, i) => `\n\nHuman: question ${i}\n\nAssistant:`);
const heldOut = (options: { heldOut?: number; seed?: number }) =>
  new Set(prompts.filter((prompt) => splitOf(prompt, options) === "held-out"));

Deno.test("splitOf() holds out about the share asked for", () => {
  for (const share of [0.05, 0.1, 0.5]) {
    const deviation = Math.sqrt(prompts.length * share * (1 - share));
    assert(Math.abs(heldOut({ heldOut: share }).size - share * prompts.length) < 4 * deviation);
  }
  assertEquals([heldOut({ heldOut: 0 }).size, heldOut({ heldOut: 1 }).size], [0, prompts.length]);
});

Deno.test("splitOf() holds out with a larger share what it did with a smaller one", () => {
  assert(heldOut({ heldOut: 0.1 }).isSubsetOf(heldOut({ heldOut: 0.2 })));
});

Deno.test("splitOf() gives one prompt one side, and another seed another split", () => {
  assertEquals(heldOut({ seed: 3 }), heldOut({ seed: 3 }));
  assertNotEquals(heldOut({ seed: 3 }), heldOut({ seed: 4 }));
  const both = heldOut({ seed: 3 }).intersection(heldOut({ seed: 4 })).size;
  assert(both < 80, `${both}`); // independent: 40 of 4,000
});

Deno.test("splitOf() refuses what is no share", () => {
  for (const share of [-0.1, 1.1, NaN]) assertThrows(() => splitOf("a", { heldOut: share }), RangeError, `${share}`);
});
