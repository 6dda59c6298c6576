import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { askOf } from "./ask.ts";
import { paid, questionOf } from "./fakes.ts";
import { queued } from "./queued.ts";

/** A model whose answers come when they are told to, first come first told. */
function gated() {
  const gates: PromiseWithResolvers<void>[] = [];
  const begun: string[] = [];
  let [running, most] = [0, 0];
  const ask = askOf("model", async ({ messages }, { signal }) => {
    begun.push(messages[0]!.content);
    most = Math.max(most, ++running);
    const gate = Promise.withResolvers<void>();
    signal?.addEventListener("abort", () => gate.reject(signal.reason));
    gates.push(gate);
    try {
      await gate.promise;
      return paid("A");
    } finally {
      running--;
    }
  });
  return { ask, gates, begun, most: () => most };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("queued() keeps the limit, and lets those through first who came first", async () => {
  const { ask, gates, begun, most } = gated();
  const few = queued(ask, { concurrency: 2 });
  const names = ["a", "b", "c", "d", "e"];
  const calls = Promise.all(names.map((name) => few(questionOf(name))));
  for (let i = 0; i < names.length; i++) {
    await turn();
    assertEquals(begun, names.slice(0, i + 2));
    gates[i]!.resolve();
  }
  await calls;
  assertEquals(most(), 2);
});

Deno.test("queued() loses no place to those who fail or give up, whenever they do", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("answer", "fail", "abort first", "abort last"), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, concurrency) => {
        const { ask, gates, most } = gated();
        const few = queued(ask, { concurrency });
        const stops = steps.map(() => new AbortController());
        const calls = steps.map((_, i) => few(questionOf(`${i}`), { signal: stops[i]!.signal }).catch(() => {}));
        for (const [i, step] of steps.entries()) {
          if (step === "answer") gates[i]?.resolve();
          if (step === "fail") gates[i]?.reject(new Error("It broke"));
          if (step.startsWith("abort")) stops[step === "abort first" ? i : steps.length - 1 - i]!.abort();
          if (i % 3 === 0) await turn();
        }
        for (let done = 0; done < gates.length; done++) {
          gates[done]!.resolve();
          await turn();
        }
        await Promise.all(calls);
        const last = few(questionOf("last")); // all places are free again
        await turn();
        gates.at(-1)!.resolve();
        await last;
        assertEquals(most() <= concurrency, true);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("queued() refuses a number of places that is none", async () => {
  const { ask, gates } = gated();
  for (const concurrency of [0, -1, 1.5, NaN]) {
    assertThrows(() => queued(ask, { concurrency }), RangeError, "1 or more");
  }
  const stop = new AbortController();
  stop.abort(new Error("Enough"));
  const one = queued(ask, { concurrency: 1 });
  const first = one(questionOf("x"));
  await assertRejects(() => one(questionOf("y"), { signal: stop.signal }), Error, "Enough");
  gates[0]!.resolve();
  await first;
});
