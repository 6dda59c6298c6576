import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { gold } from "./gold.ts";
import { familyOf, readPrompt } from "./prompt.ts";
import { createWorld } from "./world.ts";

const meanOf = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const spreadOf = (numbers: readonly number[]) => {
  const mean = meanOf(numbers);
  return Math.sqrt(meanOf(numbers.map((x) => (x - mean) ** 2)));
};

Deno.test("World.ratings() are gold minus severity with noise of 0.1, for both responses of each preference", () => {
  for (const severity of ["none", "family", "prompt"] as const) {
    const world = createWorld({ seed: 6, noise: 0, severity, severitySpread: 0.5 });
    const ratings = world.ratings(500);
    const rest = ratings.map(({ prompt, completion, rating }) =>
      rating - gold(prompt, completion) + world.severity(prompt)
    );
    assertAlmostEquals(meanOf(rest), 0, 0.02);
    assertAlmostEquals(spreadOf(rest), 0.1, 0.01);
    for (const [i, { prompt, chosen, rejected }] of world.preferences(500).entries()) {
      const pair = ratings.slice(2 * i, 2 * i + 2);
      assertEquals(pair.map(({ prompt }) => prompt), [prompt, prompt]);
      assertEquals(new Set(pair.map(({ completion }) => completion)), new Set([chosen, rejected]));
    }
  }
});

Deno.test("World.ratings() of a pair are mixed up at the rate at which labels flip", () => {
  const [clean, noisy] = [0, 0.3].map((noise) => createWorld({ seed: 6, noise }));
  const [before, after] = [clean!.ratings(2000), noisy!.ratings(2000)];
  const mixed = Array.from({ length: 2000 }, (_, i) => {
    const [a, b, c, d] = [before[2 * i]!, before[2 * i + 1]!, after[2 * i]!, after[2 * i + 1]!];
    assertEquals([a.completion, b.completion], [c.completion, d.completion]);
    const same = a.rating === c.rating && b.rating === d.rating;
    assert(same || a.rating === d.rating && b.rating === c.rating);
    return { same, rate: noisy!.flipRate(a.prompt) };
  });
  for (const rate of new Set(mixed.map(({ rate }) => rate))) {
    const family = mixed.filter((row) => row.rate === rate);
    assertAlmostEquals(family.filter(({ same }) => !same).length / family.length, rate, 0.09);
  }
});

Deno.test("World.severity() goes with nothing, the family or the prompt, and has the spread that was asked for", () => {
  const prompts = createWorld().prompts(2000).map(({ prompt }) => prompt);
  const of = (severity: "none" | "family" | "prompt", severitySpread: number) =>
    prompts.map(createWorld({ seed: 6, severity, severitySpread }).severity);
  assertEquals(new Set(of("none", 2)), new Set([0]));
  const byFamily = of("family", 2);
  assertEquals(new Set(byFamily).size, 6);
  assertEquals(new Set(prompts.map((prompt, i) => `${familyOf(readPrompt(prompt))} ${byFamily[i]}`)).size, 6);
  assertAlmostEquals(spreadOf(byFamily), 2, 0.1);
  const byPrompt = of("prompt", 2);
  assert(new Set(byPrompt).size > 1990);
  assertAlmostEquals(spreadOf(byPrompt), 2, 0.1);
  assertEquals(prompts.map(createWorld({ seed: 6, severity: "prompt", severitySpread: 2 }).severity), byPrompt);
});
