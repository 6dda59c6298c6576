import { assertEquals, assertRejects } from "@std/assert";
import { AskError, askOf } from "./ask.ts";
import type { Call, CallLog } from "./call_log.ts";
import { failing, held, paid, questionOf, scripted, settle, until } from "./fakes.ts";
import { callKey } from "./key.ts";
import { recorded } from "./recorded.ts";

function listLog(): CallLog & { readonly calls: Call[] } {
  const calls: Call[] = [];
  return { calls, append: (call) => Promise.resolve(void calls.push(call)), answers: () => Promise.resolve([]) };
}

const clock = { now: () => 5, sleep: () => Promise.resolve() };

Deno.test("recorded() writes answers and failures", async () => {
  const log = listLog();
  const ask = recorded(scripted(paid("A"), failing("transient"), new Error("Broken")), log, clock);
  const question = questionOf("x");
  assertEquals(await ask(question), paid("A"));
  await assertRejects(() => ask(question), AskError, "It is transient");
  await assertRejects(() => ask(question), Error, "Broken");
  const throwing = askOf("model", () => {
    throw failing("fatal");
  });
  await assertRejects(() => recorded(throwing, log, clock)(question), AskError, "It is fatal");
  const key = await callKey("model", question);
  assertEquals(log.calls, [
    { key, at: 5, answer: paid("A") },
    { key, at: 5, failure: "It is transient", free: true },
    { key, at: 5, failure: "Broken" },
    { key, at: 5, failure: "It is fatal", free: true },
  ]);
});

Deno.test("recorded() gives no answer before the log has it", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let [appended, known] = [false, false];
  const ask = recorded(scripted(paid("A")), { ...listLog(), append: () => (appended = true, promise) });
  const answer = ask(questionOf("x")).then(() => known = true);
  await until(() => appended);
  await settle();
  assertEquals(known, false);
  resolve();
  await answer;
});

Deno.test("recorded() is fatal where the log cannot be written", async () => {
  const ask = recorded(scripted(paid("A")), { ...listLog(), append: () => Promise.reject(new Error("disk full")) });
  const error = await assertRejects(() => ask(questionOf("x")), AskError, "disk full");
  assertEquals(error.kind, "fatal");
});

Deno.test("recorded() writes what was given up under way, and nothing that was never asked", async () => {
  const log = listLog();
  const model = held();
  const stop = new AbortController();
  const call = recorded(model, log, clock)(questionOf("x"), { signal: stop.signal });
  await until(() => model.open.length === 1);
  stop.abort(new Error("Enough"));
  await assertRejects(() => call, Error, "Enough");
  assertEquals(log.calls.map(({ failure, free }) => [failure, free]), [[
    "Given up before there was an answer",
    undefined,
  ]]);
  await assertRejects(() => recorded(model, log)(questionOf("x"), { signal: stop.signal }), Error, "Enough");
  assertEquals([log.calls.length, model.open.length], [1, 1]);
});

Deno.test("recorded() takes no cost that cannot be one", async () => {
  for (const input of [-1, NaN, Infinity, 0.5, Number.MAX_SAFE_INTEGER]) {
    const answer = await recorded(scripted(paid("A", input)), listLog())(questionOf("x"));
    assertEquals(answer, { text: "A", finish: "stop" });
  }
});
