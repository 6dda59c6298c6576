import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { askOf } from "./ask.ts";
import { budgeted, BudgetError } from "./budgeted.ts";
import { failing, held, paid, questionOf, scripted, settle } from "./fakes.ts";

Deno.test("budgeted() counts tries", async () => {
  const model = scripted(failing("transient"), paid("A"));
  const ask = budgeted(model, { requests: 2 });
  await assertRejects(() => ask(questionOf("x")), Error, "It is transient");
  await ask(questionOf("x"));
  const error = await assertRejects(() => ask(questionOf("x")), BudgetError, "The budget of 2 requests is spent");
  assertEquals([error.kind, error.free, model.asked.length], ["question", true, 2]);
});

Deno.test("budgeted() asks nobody without a budget", async () => {
  const model = scripted(paid("A"));
  for (const options of [{ requests: 0 }, { tokens: 0 }]) {
    await assertRejects(() => budgeted(model, options)(questionOf("x")), BudgetError, "budget of 0");
  }
  assertEquals(model.asked, []);
  assertThrows(() => budgeted(model, { tokens: -1 }), RangeError, "tokens");
});

Deno.test("budgeted() settles what was set aside", async () => {
  const estimate = () => 10;
  // Paid 8, free, unknown (taken for 10): 18 of 28 are spent, and 10 fit.
  const model = scripted(paid("A"), failing("question"), failing("question", undefined, false), { ...paid("B", 1, 0) });
  const ask = budgeted(model, { tokens: 28, estimate });
  await ask(questionOf("x"));
  for (let i = 0; i < 2; i++) await assertRejects(() => ask(questionOf("x")), Error, "It is question");
  await ask(questionOf("x"));
  await assertRejects(() => ask(questionOf("x")), BudgetError, "19 are, and this may take 10 more");
});

Deno.test("budgeted() waits for calls under way before it says that there is no room", async () => {
  const model = held();
  const ask = budgeted(model, { tokens: 20, estimate: () => 10 });
  const calls = Promise.allSettled([1, 2, 3, 4].map((i) => ask(questionOf(`${i}`))));
  await settle();
  assertEquals(model.open.length, 2);
  model.open[0]!.answer(paid("A", 1, 1));
  await settle();
  assertEquals(model.open.length, 2); // 2 + 10 + 10 are too many
  model.open[1]!.answer(paid("A", 1, 1));
  await settle();
  assertEquals(model.open.length, 3);
  model.open[2]!.answer(paid("A", 6, 1));
  const results = await calls;
  assertEquals(results.map(({ status }) => status), ["fulfilled", "fulfilled", "fulfilled", "rejected"]);
});

Deno.test("budgeted() is not passed by calls under way", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 0, max: 200 }),
    async (costs, tokens) => {
      let [spent, next] = [0, 0];
      const model = askOf("model", async () => {
        const cost = costs[next++]!;
        for (let i = 0; i < cost; i++) await Promise.resolve();
        spent += cost;
        return paid("A", cost, 0);
      });
      const ask = budgeted(model, { tokens, estimate: () => 10 });
      await Promise.allSettled(costs.map(() => ask(questionOf("x"))));
      assert(spent <= tokens);
      assert(next === costs.length || spent + 10 > tokens); // and none is refused for which there is room
    },
  ));
});

Deno.test("budgeted() ends the wait for room when it is told to", async () => {
  const model = held();
  const ask = budgeted(model, { tokens: 10, estimate: () => 10 });
  const first = ask(questionOf("x"));
  const stop = new AbortController();
  const second = ask(questionOf("y"), { signal: stop.signal });
  await settle();
  stop.abort(new Error("Enough"));
  await assertRejects(() => second, Error, "Enough"); // while the first goes on
  model.open[0]!.answer(paid("A", 0, 0));
  await first;
  assertEquals(model.open.length, 1);
});
