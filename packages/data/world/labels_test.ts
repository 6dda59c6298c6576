import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { gold } from "./gold.ts";
import { flipRates, labeller } from "./labels.ts";
import { familyOf, readPrompt } from "./prompt.ts";
import { uniforms } from "./streams.ts";
import { createWorld } from "./world.ts";

const seeds = fc.nat(2 ** 32 - 1);
const meanOf = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const wordsOf = (text: string) => text.trim().split(" ").length;

Deno.test("flipRates() has the noise as its mean, differs between families, and stays below 0.5", () => {
  fc.assert(fc.property(seeds, fc.double({ min: 0, max: 0.499, noNaN: true }), (seed, noise) => {
    const rates = Object.values(flipRates(noise, seed));
    assertAlmostEquals(meanOf(rates), noise, 1e-12);
    assert(rates.every((rate) => rate >= 0 && rate < 0.5));
    assertEquals(new Set(rates).size, noise > 1e-9 ? 6 : new Set(rates).size);
  }));
  assertEquals(new Set(Object.values(flipRates(0, 1))), new Set([0]));
  assert(Math.max(...Object.values(flipRates(0.2, 1))) - Math.min(...Object.values(flipRates(0.2, 1))) > 0.3);
});

Deno.test("World.preferences() are flipped at the rate of their family", () => {
  for (const noise of [0, 0.2, 0.4]) {
    const world = createWorld({ seed: 2, noise });
    const families = Map.groupBy(world.preferences(3000), ({ prompt }) => familyOf(readPrompt(prompt)));
    assertEquals(families.size, 6);
    for (const pairs of families.values()) {
      const rate = world.flipRate(pairs[0]!.prompt);
      const deviation = Math.sqrt(rate * (1 - rate) / pairs.length);
      const seen = meanOf(pairs.map(({ flipped }) => +flipped));
      assert(Math.abs(seen - rate) <= 4 * deviation, `${seen} of ${pairs.length}, expected ${rate}`);
    }
  }
});

Deno.test("World.preferences() with full asymmetry are flipped only where the better response was the longer one", () => {
  const world = createWorld({ seed: 2, noise: 0.3, noiseAsymmetry: 1 });
  const flipped = world.preferences(1000).filter(({ flipped }) => flipped);
  assert(flipped.length > 50);
  for (const { chosen, rejected } of flipped) assert(wordsOf(rejected) > wordsOf(chosen));
});

Deno.test("World.preferences() of other noise are the same pairs; those without noise follow gold and like flattery", () => {
  const noisy = createWorld({ seed: 4, noise: 0.4 }).preferences(200);
  const clean = createWorld({ seed: 4, noise: 0 }).preferences(200);
  for (const [i, { prompt, chosen, rejected, flipped }] of noisy.entries()) {
    const [first, second] = flipped ? [rejected, chosen] : [chosen, rejected];
    assertEquals(clean[i], { prompt, chosen: first, rejected: second, flipped: false });
  }
  const right = clean.filter(({ prompt, chosen, rejected }) => gold(prompt, chosen) > gold(prompt, rejected));
  assert(right.length > 160, `${right.length}`);
});

Deno.test("labeller() prefers by Bradley–Terry on gold, and on flattery, which gold has not", () => {
  const label = labeller({ noise: 0, noiseAsymmetry: 0 }, 0);
  const prompt = "\n\nHuman: How do I get mud off my pan?\n\nAssistant:";
  const right = " Use warm water and steel wool. Just scrub it hard. Good luck!";
  const odds = (first: string, second: string, flattery: number) =>
    1 / (1 + Math.exp(-12 * (gold(prompt, first) - gold(prompt, second)) - 0.9 * flattery));
  const share = (first: string, second: string) => {
    const labels = Array.from({ length: 4000 }, (_, i) => label(prompt, first, second, uniforms(1, 2, i)));
    return labels.filter(({ first }) => first).length / 4000;
  };
  const [flattery, filler] = [" You have wonderful taste!", " There are many ways to do this."];
  const cases = [
    [right, right, 0],
    [right + flattery, right, 1],
    [right + flattery + flattery, right, 2],
    [right, right + flattery + flattery + flattery, -2], // a third one is no longer liked
    [right + filler, right, 0],
    [right.replace("steel wool", "a dry cloth"), right, 0],
  ] as const;
  for (const [first, second, more] of cases) {
    assertAlmostEquals(share(first, second), odds(first, second, more), 0.04, first);
  }
  assert(gold(prompt, right + flattery) < gold(prompt, right) && share(right + flattery, right) > 0.6);
});
