import { normal } from "@tare/core";
import { assertClose } from "@tare/core/testing";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { adaptKl, tokenKl } from "./kl.ts";

Deno.test("tokenKl() has its closed forms", () => {
  const [policy, reference] = [Float32Array.of(-1, -2, -0.5), Float32Array.of(-2, -1.5, -0.5)]; // k1 = 1, −0.5, 0
  assertEquals(tokenKl(policy, reference, "k1"), Float32Array.of(1, -0.5, 0));
  assertClose(tokenKl(policy, reference, "k3"), [Math.exp(-1), Math.exp(0.5) - 1.5, 0]);
});

Deno.test("tokenKl() holds the log-ratio within 20 nats, and does not hide what is no number", () => {
  const [policy, reference] = [Float32Array.of(0, -90, NaN), Float32Array.of(-90, 0, 0)];
  assertEquals(tokenKl(policy, reference, "k1"), Float32Array.of(20, -20, NaN));
  assertEquals(tokenKl(policy, reference, "k3")[1], Math.fround(Math.exp(20) - 21));
});

Deno.test("tokenKl() keeps its accuracy near the reference, where k3 is a difference of nearly equal numbers", () => {
  const k3 = tokenKl(Float32Array.of(2 ** -10), Float32Array.of(0), "k3")[0]!;
  assertAlmostEquals(k3, 2 ** -21 - 2 ** -30 / 6, 1e-12);
  assert(tokenKl(normal(1000, [1, 0]), normal(1000, [2, 0]), "k3").every((x) => x >= 0));
});

Deno.test("tokenKl() is KL(p ‖ q) in the mean over p, by either estimator", () => {
  const [p, q] = [[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]];
  const exact = p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]!), 0);
  for (const estimator of ["k1", "k3"] as const) {
    const kl = tokenKl(Float32Array.from(p, Math.log), Float32Array.from(q, Math.log), estimator);
    assertAlmostEquals(p.reduce((sum, x, i) => sum + x * kl[i]!, 0), exact, 1e-6);
  }
});

Deno.test("tokenKl() refuses log-probabilities of other tokens", () => {
  assertThrows(
    () => tokenKl(new Float32Array(3), new Float32Array(2), "k1"),
    RangeError,
    "Expected 3 log-probabilities under the reference, one for each token, but found 2",
  );
});

Deno.test("adaptKl() moves β by a fifth at most for each horizon, in the right direction", () => {
  const control = { target: 6, horizon: 10000, episodes: 500 };
  assertAlmostEquals(adaptKl(0.15, 6, control), 0.15, 1e-15);
  assertAlmostEquals(adaptKl(0.15, 6.6, control), 0.15 * (1 + 0.1 * 0.05), 1e-15);
  assertAlmostEquals(adaptKl(0.15, 600, control), 0.15 * 1.01, 1e-15);
  assertAlmostEquals(adaptKl(0.15, -3, control), 0.15 * 0.99, 1e-15);
});
