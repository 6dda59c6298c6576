import { DivergenceError } from "@tare/core";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type LossMemory, watchLoss } from "./watch.ts";

/** Watches losses one after the other. @returns The step at which it stopped, or nothing. */
function stopsAt(losses: readonly number[], chance?: number): number | undefined {
  let memory: LossMemory | null = null;
  for (const [i, loss] of losses.entries()) {
    try {
      memory = watchLoss(memory, { step: i + 1, loss, gradNorm: 1, learningRate: 0.1, chance });
    } catch (error) {
      assert(error instanceof DivergenceError && error.step === i + 1 && !error.unharmed);
      return error.step;
    }
  }
}

const repeat = (count: number, loss: (i: number) => number) => Array.from({ length: count }, (_, i) => loss(i));

Deno.test("watchLoss() lets losses fall, stay, swing and overfit, in any unit", () => {
  for (const unit of [1e-6, 1, 1e6]) {
    for (
      const loss of [
        (i: number) => 8 * 0.97 ** i,
        () => 0.7,
        (i: number) => i % 2 === 0 ? 0.2 : 1,
        (i: number) => i < 100 ? 8 * 0.95 ** i : 0.1 + 0.01 * i, // falls to nothing, then comes back a little
        () => 0,
      ]
    ) assertEquals(stopsAt(repeat(300, (i) => unit * loss(i))), undefined);
  }
});

Deno.test("watchLoss() stops a loss that grows to several times what it was, in any unit", () => {
  for (const unit of [1e-6, 1, 1e6]) {
    const grows = stopsAt(repeat(300, (i) => unit * (i < 20 ? 8 - 0.2 * i : 4 + (i - 20))));
    assert(grows && grows > 30 && grows < 60, `${grows}`);
    assertEquals(stopsAt(repeat(30, (i) => unit * (i < 10 ? 3 : 200))), 11);
    assert(stopsAt(repeat(30, (i) => unit * (i < 1 ? 8 : 300)))! < 10, "a jump at the second step");
  }
});

Deno.test("watchLoss() lets a small batch begin with an easy example, and notices all the same what leaps", () => {
  for (const unit of [1e-6, 1, 1e6]) {
    assertEquals(stopsAt(repeat(300, (i) => unit * [0.0001, 0.8, 0.3, 0, 0.5][i % 5]!), 0.3 * unit), undefined);
    assert(stopsAt(repeat(30, (i) => unit * (i < 1 ? 0.0001 : 300)), 0.3 * unit)! < 10);
  }
});

Deno.test("watchLoss() says what is no number, and whether the parameters are as before", () => {
  const watch = (loss: number, gradNorm: number) => () =>
    watchLoss(null, { step: 7, loss, gradNorm, learningRate: 0.25 });
  const nan = assertThrows(watch(NaN, NaN), DivergenceError, "at step 7: the norm of the gradient is NaN");
  assertEquals([nan.step, nan.value, nan.unharmed, nan.name], [7, NaN, true, "DivergenceError"]);
  assert(nan.message.includes("those before this step") && nan.message.includes("0.25 at this update"), nan.message);
  assertEquals(assertThrows(watch(2, Infinity), DivergenceError).unharmed, true);
  const infinite = assertThrows(
    watch(Infinity, 1),
    DivergenceError,
    "the loss is Infinity; the parameters are no longer",
  );
  assertEquals(infinite.unharmed, false);
});
