import { assertEquals, assertRejects } from "@std/assert";
import { askOf } from "./ask.ts";
import { type CallLog, memoryCallLog } from "./call_log.ts";
import { held, paid, questionOf, scripted, settle, until } from "./fakes.ts";
import { recorded } from "./recorded.ts";
import { remembered } from "./remembered.ts";

Deno.test("remembered() serves only answers that count", async () => {
  const log = memoryCallLog();
  const model = scripted(paid("nonsense"), paid("A"), paid("B"));
  const ask = remembered(recorded(model, log), log);
  const accept = ({ text }: { text: string }) => text.length === 1;
  const texts: string[] = [];
  for (let i = 0; i < 3; i++) texts.push((await ask(questionOf("x"), { accept })).text);
  assertEquals(texts, ["nonsense", "A", "A"]);
  assertEquals(model.asked.length, 2);
  // Who reads more takes an old answer.
  assertEquals((await ask(questionOf("x"), { accept: ({ text }) => text === "nonsense" })).text, "nonsense");
  assertEquals((await ask(questionOf("x"))).text, "A"); // the latest
  assertEquals((await ask(questionOf("x", { repeat: 1 }), { accept })).text, "B");
  assertEquals(model.asked.length, 3);
});

/** A log with an answer that never counts, so that a test knows when a question was looked up. */
function lookups(): { log: CallLog; accept: () => boolean; reach: (count: number) => Promise<void> } {
  let count = 0;
  const log = { append: () => Promise.resolve(), answers: () => Promise.resolve([paid("old")]) };
  return { log, accept: () => (count++, false), reach: (wanted) => until(() => count === wanted) };
}

Deno.test("remembered() lets equal questions share a call", async () => {
  let remembrances = 0;
  const { log, accept, reach } = lookups();
  const model = held();
  const ask = remembered(model, log, () => remembrances++);
  const answers = ["x", "x", "y"].map((text) => ask(questionOf(text), { accept }));
  await reach(3);
  await settle();
  assertEquals(model.open.length, 2);
  for (const { answer } of model.open) answer(paid("A"));
  assertEquals(await Promise.all(answers), [paid("A"), paid("A"), paid("A")]);
  assertEquals(remembrances, 1);
  const again = ask(questionOf("x"), { accept }); // the log knows nothing, and no call is left
  await until(() => model.open.length === 3);
  model.open[2]!.answer(paid("B"));
  assertEquals(await again, paid("B"));
});

Deno.test("remembered() ends a call only when nobody waits for it", async () => {
  const { log, accept, reach } = lookups();
  const model = held();
  const ask = remembered(model, log);
  const [first, second] = [new AbortController(), new AbortController()];
  const calls = [first, second].map(({ signal }) => ask(questionOf("x"), { accept, signal }));
  await reach(2);
  first.abort(new Error("First"));
  await assertRejects(() => calls[0]!, Error, "First");
  model.open[0]!.answer(paid("A"));
  assertEquals(await calls[1], paid("A"));

  const third = ask(questionOf("y"), { accept, signal: second.signal });
  await reach(3);
  await settle();
  second.abort(new Error("Second"));
  await assertRejects(() => third, Error, "Second");
  const fourth = ask(questionOf("y"), { accept });
  await until(() => model.open.length === 3);
  model.open[2]!.answer(paid("B"));
  assertEquals(await fourth, paid("B"));
});

Deno.test("remembered() waits for the call it ends, until it is in the log", async () => {
  const { log, accept, reach } = lookups();
  let over = false;
  const slow = askOf("model", async (_, { signal }) => {
    await until(() => signal!.aborted);
    for (let i = 0; i < 3; i++) await settle();
    over = true;
    throw signal!.reason;
  });
  const stop = new AbortController();
  const call = remembered(slow, log)(questionOf("x"), { accept, signal: stop.signal });
  await reach(1);
  await settle();
  stop.abort(new Error("Enough"));
  await assertRejects(() => call, Error, "Enough");
  assertEquals(over, true);
});

Deno.test("remembered() passes failures on to all who wait, and forgets them", async () => {
  const { log, accept, reach } = lookups();
  const model = held();
  const ask = remembered(model, log);
  const calls = Promise.allSettled([1, 2].map(() => ask(questionOf("x"), { accept })));
  await reach(2);
  await until(() => model.open.length === 1);
  model.open[0]!.answer(new Error("Broken"));
  assertEquals((await calls).map(({ status }) => status), ["rejected", "rejected"]);
  const again = ask(questionOf("x"), { accept });
  await until(() => model.open.length === 2);
  model.open[1]!.answer(paid("A"));
  assertEquals(await again, paid("A"));
});

Deno.test("remembered() does not pay twice where an answer comes while the log is read", async () => {
  const inner = memoryCallLog();
  const log = { append: inner.append, answers: async (key: string) => (await settle(), await inner.answers(key)) };
  const model = scripted(paid("A"));
  const ask = remembered(recorded(model, log), log);
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < 6; i++) {
    calls.push(ask(questionOf("x")));
    await Promise.resolve();
    if (i % 2 === 1) await settle();
  }
  await Promise.all(calls);
  assertEquals(model.asked.length, 1);
});
