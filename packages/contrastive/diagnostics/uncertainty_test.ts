import { assert, assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { contrast } from "../contrast.ts";
import { fakeTable, normals } from "../fakes.ts";
import { jackknife } from "./estimate.ts";
import { type TrueSample, uncertainty } from "./uncertainty.ts";

/** Ten judgements of a response of this worth, exactly as many of them wrong as the rates say. */
function judgements(truth: 0 | 1, falseOnes: number, falseZeros: number): number[] {
  const wrong = truth === 0 ? falseOnes : falseZeros;
  return Array.from({ length: 10 }, (_, i) => i < wrong ? 1 - truth : truth);
}

Deno.test("uncertainty() of a binary reward is 1 − c0 − c1, exactly, and contrast() brings the error's offset to 0", async () => {
  const bit = fc.constantFrom<0 | 1>(0, 1);
  const prompts = fc.array(fc.record({ responses: fc.array(bit, { minLength: 1, maxLength: 4 }), baseline: bit }), {
    ...{ minLength: 3, maxLength: 6 },
  }).filter((all) => new Set(all.flatMap(({ responses }) => responses)).size === 2);
  const wrong = fc.integer({ min: 0, max: 10 });
  await fc.assert(
    fc.asyncProperty(prompts, wrong, wrong, async (prompts, c0, c1) => {
      const table = await fakeTable(prompts.map(({ baseline }) => judgements(baseline, c0, c1)));
      const reward = Object.assign(
        (all: readonly { promptId: string; prompt: string; score: number }[]) =>
          Promise.resolve(Float32Array.from(all, ({ score }) => score)),
        { id: "reward" },
      );
      const episodes = prompts.flatMap(({ responses, baseline }, prompt) =>
        responses.flatMap((truth) =>
          judgements(truth, c0, c1).map((score) => ({
            ...{ promptId: `${prompt}`, prompt: `${prompt}`, score, truth: truth - baseline },
          }))
        )
      );
      const rewards = await contrast(reward, table)(episodes);
      const samples = episodes.map(({ promptId, truth }, i): TrueSample => ({ promptId, truth, reward: rewards[i]! }));
      // E[r − b] = (1 − c0 − c1) (E r*(y) − E r*(base)): there is no offset left, whatever the rates.
      const rate = 1 - c0 / 10 - c1 / 10;
      const mean = (value: (sample: TrueSample) => number) =>
        samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length;
      assertAlmostEquals(mean(({ reward }) => reward), rate * mean(({ truth }) => truth!), 1e-6);
      const found = uncertainty(samples);
      if (found.measurable) assertAlmostEquals(found.slope.value, rate, 1e-6);
      else assert(found.why.includes("worth the same")); // without one prompt
    }),
    { numRuns: 60 },
  );
});

Deno.test("uncertainty() has the interval of a jackknife that fits anew without each prompt", () => {
  const normal = normals(31);
  const samples = Array.from({ length: 30 }, (_, i) => {
    const truth = 100 + normal();
    return { promptId: `${i % 8}`, truth, reward: 0.6 * truth + normal() };
  });
  const fit = (some: typeof samples) => {
    const [t, r] = (["truth", "reward"] as const).map((key) => some.reduce((sum, s) => sum + s[key], 0) / some.length);
    return some.reduce((sum, s) => sum + (s.truth - t!) * (s.reward - r!), 0) /
      some.reduce((sum, s) => sum + (s.truth - t!) ** 2, 0);
  };
  const without = Array.from({ length: 8 }, (_, i) => fit(samples.filter(({ promptId }) => promptId !== `${i}`)));
  const expected = jackknife(fit(samples), without);
  const found = uncertainty(samples);
  assert(found.measurable && found.prompts === 8);
  for (const part of ["value", "low", "high"] as const) assertAlmostEquals(found.slope[part], expected[part], 1e-9);
});

Deno.test("uncertainty() says why where there is nothing to measure", () => {
  const sample = (i: number, truth: number | undefined) => ({ promptId: `${i}`, reward: i, truth });
  const cases: readonly [(number | undefined)[], string][] = [
    [[0, 1, undefined, 1], "not measurable without gold scores or repeated labels"],
    [[0, 1, NaN, 1], "not measurable without gold scores or repeated labels"],
    [[], "0 prompts are too few"],
    [[0, 1], "2 prompts are too few"],
    [[0.1, 0.1, 0.1, 0.1], "worth the same"],
    [[0.1, 0.1, 0.1, 7], "worth the same"],
  ];
  for (const [truths, why] of cases) {
    const found = uncertainty(truths.map((truth, i) => sample(i, truth)));
    assert(!found.measurable && found.why.includes(why), `${truths} ${JSON.stringify(found)}`);
  }
});
