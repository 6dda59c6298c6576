import { normal } from "@tare/core";
import { assertClose } from "@tare/core/testing";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { explainedVariance, gae, rloo, whiten } from "./advantages.ts";

Deno.test("gae() has its hand-worked values", () => {
  // δ = 1 + 0.5 · 4 − 2 = 1, 0 + 0.5 · 6 − 4 = −1, 8 − 6 = 2; γλ = 0.25
  const { advantages, returns } = gae(Float32Array.of(1, 0, 8), Float32Array.of(2, 4, 6), { gamma: 0.5, lambda: 0.5 });
  assertEquals(advantages, Float32Array.of(1 + 0.25 * (-1 + 0.25 * 2), -1 + 0.25 * 2, 2));
  assertEquals(returns, Float32Array.of(2.875, 3.5, 8));
});

Deno.test("gae() is the sum of all that is to come for λ = 1, and one step for λ = 0", () => {
  const [rewards, values] = [normal(9, [1, 0]), normal(9, [2, 0])];
  const gamma = 0.9;
  const sums = [...rewards].map((_, t) => rewards.slice(t).reduce((sum, r, i) => sum + gamma ** i * r, 0));
  assertClose(gae(rewards, values, { gamma, lambda: 1 }).returns, sums, { atol: 1e-6 });
  const steps = [...rewards].map((r, t) => r + gamma * (values[t + 1] ?? 0));
  assertClose(gae(rewards, values, { gamma, lambda: 0 }).returns, steps, { atol: 1e-6 });
});

Deno.test("gae() with γ = 1 moves with a constant in the reward of the prompt only where the critic does not know it", () => {
  const [rewards, values] = [normal(6, [1, 0]), normal(6, [2, 0])];
  const lower = rewards.map((r, t) => t === 5 ? r - 3 : r);
  const knowing = values.map((v) => v - 3);
  for (const lambda of [0.5, 0.95, 1]) {
    const before = gae(rewards, values, { gamma: 1, lambda }).advantages;
    assertClose(gae(lower, knowing, { gamma: 1, lambda }).advantages, before, { atol: 2e-6 });
    const shifted = gae(lower, values, { gamma: 1, lambda }).advantages;
    assertClose(shifted, before.map((x, t) => x - 3 * lambda ** (5 - t)), { atol: 2e-6 });
  }
});

Deno.test("gae() takes no tokens for no advantages, and refuses values of other tokens", () => {
  const options = { gamma: 1, lambda: 1 };
  assertEquals(gae(new Float32Array(), new Float32Array(), options).returns.length, 0);
  assertThrows(() => gae(new Float32Array(2), new Float32Array(3), options), RangeError, "Expected 2 values");
});

Deno.test("rloo() compares an episode with the others of its prompt", () => {
  const totals = Float32Array.of(1, 5, 3, 8, 7);
  assertEquals(rloo(totals, ["x", "y", "x", "x", "y"]), Float32Array.of(-4.5, -2, -1.5, 6, 2));
});

Deno.test("rloo() does not see what all responses to a prompt have in common", () => {
  const totals = Float32Array.of(1, 5, 3, 8);
  const promptIds = ["x", "y", "x", "y"];
  const lower = totals.map((x, i) => x - (promptIds[i] === "x" ? 2 : 64));
  assertEquals(rloo(lower, promptIds), rloo(totals, promptIds));
});

Deno.test("rloo() refuses a prompt of one episode, by name, and prompts of other episodes", () => {
  assertThrows(
    () => rloo(Float32Array.of(1, 2, 3), ["a", "b", "a"]),
    RangeError,
    'episodes of prompt "b" but found one',
  );
  assertThrows(() => rloo(Float32Array.of(1, 2), ["a"]), RangeError, "Expected 2 prompts, one for each total");
});

Deno.test("whiten() gives mean 0 and biased variance 1 over all tokens, whatever episode they are of", () => {
  const parts = whiten([Float32Array.of(1, 2), Float32Array.of(3, 4, 10)]); // mean 4, variance (9 + 4 + 1 + 0 + 36) / 5
  assertClose(parts.flatMap((part) => [...part]), [-3, -2, -1, 0, 6].map((x) => x / Math.sqrt(10)));
  assertEquals(parts.map(({ length }) => length), [2, 3]);
});

Deno.test("whiten() has the numbers of OpenAI's TensorFlow code, as Huang, Liu and von Werra printed them", () => {
  // "The N implementation details of RLHF with PPO" (2023), training detail 9, where PyTorch's default has 0.1394 for 1.2
  const rewards = [[1.2, 1.3, 1.4], [1.5, 1.6, 1.7], [1.8, 1.9, 2.0]].map((row) => Float32Array.from(row));
  const printed = [0.05080712, 0.4381051, 0.8254035, 1.2127019, 1.6000004, 1.9872988, 2.3745968, 2.7618952, 3.1491938];
  assertClose(whiten(rewards, { shiftMean: false }).flatMap((row) => [...row]), printed, { atol: 1e-6 });
});

Deno.test("whiten() can leave the mean, and neither grows nor shrinks what does not vary", () => {
  const kept = whiten([Float32Array.of(1, 7)], { shiftMean: false });
  assertClose(kept[0]!, [3, 5]);
  assertEquals(whiten([Float32Array.of(5, 5), Float32Array.of(5)]), [Float32Array.of(0, 0), Float32Array.of(0)]);
  assertEquals(whiten([new Float32Array(), Float32Array.of(2)]), [new Float32Array(), Float32Array.of(0)]);
  assertEquals(whiten([]), []);
});

Deno.test("whiten() loses nothing to a large mean", () => {
  const [small] = whiten([Float32Array.of(0, 1, 2)]);
  const [large] = whiten([Float32Array.of(1e6, 1e6 + 1, 1e6 + 2)]);
  assertEquals(large, small);
});

Deno.test("explainedVariance() is 1 − Var[returns − values] / Var[returns]", () => {
  const returns = [Float32Array.of(1, 2), Float32Array.of(3, 6)]; // mean 3, squares 4 + 1 + 0 + 9
  const values = [Float32Array.of(1, 2), Float32Array.of(3, 4)]; // errors 0, 0, 0, 2: squares 3
  assertAlmostEquals(explainedVariance(values, returns), 1 - 3 / 14, 1e-15);
  assertEquals(explainedVariance(returns, returns), 1);
  assert(explainedVariance(returns.map((part) => part.map((x) => -x)), returns) < 0);
  assertEquals(explainedVariance([Float32Array.of(1, 2)], [Float32Array.of(4, 4)]), 0);
});

Deno.test("explainedVariance() refuses values of other tokens", () => {
  const one = [new Float32Array(2)];
  assertThrows(() => explainedVariance([], one), RangeError, "Expected 1 arrays of values, one for each episode");
  assertThrows(
    () => explainedVariance([new Float32Array(1)], one),
    RangeError,
    "Expected 2 values, one for each token",
  );
});
