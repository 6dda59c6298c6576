import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { uniforms } from "./fakes.ts";
import { type Claim, powerOf, promptsNeeded } from "./power.ts";
import { signTest } from "./signs.ts";

/** Share of experiments in which the sign test shows a difference. */
function simulated(prompts: number, { rate, ties = 0, level = 0.95 }: Claim, runs: number, seed: number): number {
  const draw = uniforms(seed);
  let shown = 0;
  for (let run = 0; run < runs; run++) {
    let [wins, losses] = [0, 0];
    for (let i = 0; i < prompts; i++) {
      const luck = draw();
      if (luck < rate - ties / 2) wins++;
      else if (luck > rate + ties / 2) losses++;
    }
    if (signTest(wins, losses) <= 1 - level) shown++;
  }
  return shown / runs;
}

Deno.test("powerOf() is what SciPy's binomials add up to", () => {
  const known: readonly (readonly [prompts: number, claim: Claim, power: number])[] = [
    [100, { rate: 0.55 }, 0.13519227295357147],
    [208, { rate: 0.6 }, 0.813961063394442],
    [300, { rate: 0.57, ties: 0.25 }, 0.7841972057966323],
    [40, { rate: 0.7, ties: 0.1, level: 0.99 }, 0.4935272446729845],
    [20, { rate: 1 }, 1],
    [5, { rate: 0.9 }, 0],
  ];
  for (const [prompts, claim, power] of known) assertAlmostEquals(powerOf(prompts, claim), power, 1e-9);
});

Deno.test("powerOf() is how often the sign test shows it in 10,000 experiments", () => {
  const claims: readonly (readonly [prompts: number, claim: Claim])[] = [
    [120, { rate: 0.62 }],
    [150, { rate: 0.4, ties: 0.3 }],
    [100, { rate: 0.5, ties: 0.2 }], // no difference: how often the test is wrong
  ];
  for (const [prompts, claim] of claims) {
    assertAlmostEquals(simulated(prompts, claim, 10_000, 1), powerOf(prompts, claim), 0.015); // three standard errors
  }
});

Deno.test("promptsNeeded() is one from which on all numbers suffice, as trying all of them finds", () => {
  assertEquals(promptsNeeded({ rate: 0.6 }), 210);
  assertEquals(promptsNeeded({ rate: 0.55 }), 820);
  assertEquals(promptsNeeded({ rate: 0.45 }), 820);
  assertEquals(promptsNeeded({ rate: 0.55, ties: 0.2 }), 645);
  assertEquals(promptsNeeded({ rate: 0.7, ties: 0.3 }), 36);
});

Deno.test("promptsNeeded() suffice in 10,000 experiments, and a fifth fewer do not", () => {
  const claim = { rate: 0.64, ties: 0.15, power: 0.9 };
  const prompts = promptsNeeded(claim);
  assert(simulated(prompts, claim, 10_000, 2) > 0.89);
  assert(simulated(Math.round(0.8 * prompts), claim, 10_000, 3) < 0.86);
});

Deno.test("promptsNeeded() grow with power, level and nearness to ½", () => {
  const base = promptsNeeded({ rate: 0.6 });
  assert(promptsNeeded({ rate: 0.6, power: 0.9 }) > base);
  assert(promptsNeeded({ rate: 0.6, level: 0.99 }) > base);
  assert(promptsNeeded({ rate: 0.58 }) > base);
});

Deno.test("promptsNeeded() and powerOf() refuse what cannot be", () => {
  assertThrows(() => promptsNeeded({ rate: 0.5 }), RangeError, "tell from ½ but found 0.5");
  assertThrows(() => promptsNeeded({ rate: 0.6, power: 1 }), RangeError, "power");
  assertThrows(() => powerOf(0, { rate: 0.6 }), RangeError, "but found 0");
  assertThrows(() => powerOf(10, { rate: 0.95, ties: 0.2 }), RangeError, "from 0.1 to 0.9");
  assertThrows(() => powerOf(10, { rate: 0.5, ties: 1 }), RangeError, "ties");
  assertThrows(() => powerOf(10, { rate: 0.5, level: 1 }), RangeError, "level");
});
