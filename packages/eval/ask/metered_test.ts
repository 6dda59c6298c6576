import { assertEquals, assertRejects } from "@std/assert";
import { AskError } from "./ask.ts";
import { memoryCallLog } from "./call_log.ts";
import { failing, fakeClock, paid, questionOf, scripted } from "./fakes.ts";
import { metered } from "./metered.ts";

Deno.test("metered() counts every try and what nobody says about its cost", async () => {
  const clock = fakeClock();
  const turns = [failing("transient"), failing("transient", undefined, false), paid("A"), paid("B", 10, 2)];
  const ask = metered(scripted(...turns, { text: "C", finish: "stop" }), { clock });
  const calls = [ask(questionOf("x")), ask(questionOf("x"))];
  await clock.run(Promise.all(calls));
  for (const content of ["x", "y", "z"]) await ask(questionOf(content));
  assertEquals(ask.spent(), { tries: 5, answers: 3, failures: 2, input: 17, output: 3, unknown: 2, remembered: 2 });
});

Deno.test("metered() has a budget of tries, and what it leaves is asked in another run", async () => {
  const log = memoryCallLog();
  const model = scripted(paid("A"));
  const texts = ["a", "b", "c", "d"];
  const first = metered(model, { log, requests: 3 });
  const results = await Promise.allSettled(texts.map((text) => first(questionOf(text))));
  assertEquals(results.filter(({ status }) => status === "rejected").length, 1); // hashes decide which: they take a thread
  const second = metered(model, { log });
  await Promise.all(texts.map((text) => second(questionOf(text))));
  assertEquals([first.spent().tries, second.spent().tries, second.spent().remembered], [3, 1, 3]);
});

Deno.test("metered() stops at a server that answers nobody", async () => {
  const clock = fakeClock();
  const model = scripted(failing("transient"));
  const ask = metered(model, { clock, attempts: 2, failures: 3 });
  const calls = ["a", "b", "c"].map((text) => ask(questionOf(text)).catch(({ kind }: AskError) => kind));
  assertEquals((await clock.run(Promise.all(calls))).filter((kind) => kind === "fatal").length, 1);
  assertEquals(model.asked.length, 6);
  await assertRejects(() => metered(model, { requests: 0 })(questionOf("x")), AskError, "0 requests");
});
