import { assert, assertEquals, assertRejects } from "@std/assert";
import { randomIntegers } from "../stats/random.ts";
import { AskError, askOf } from "./ask.ts";
import { type CallLog, memoryCallLog } from "./call_log.ts";
import { failing, fakeClock, paid, questionOf, scripted, settle } from "./fakes.ts";
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

Deno.test("metered() keeps its books and its budget, whatever fails or is given up when", async () => {
  const draw = randomIntegers(3);
  const turns = async (most: number) => {
    for (let i = draw(most + 1); i > 0; i--) await settle();
  };
  for (let round = 0; round < 5; round++) {
    const inner = memoryCallLog();
    let [appended, asked, spent] = [0, 0, 0];
    const log: CallLog = {
      append: async (call) => (await turns(2), appended++, await inner.append(call)),
      answers: async (key) => (await turns(1), await inner.answers(key)),
    };
    const model = askOf("model", async (_, { signal }) => {
      asked++;
      const [cost, chance] = [draw(11), draw(10)];
      for (let i = draw(4); i > 0; i--) signal?.throwIfAborted(), await settle();
      if (chance < 2) throw failing("transient");
      spent += cost;
      if (chance < 3) throw failing("transient", undefined, false);
      return paid("A", cost, 0);
    });
    const tokens = 50 + draw(200);
    const ask = metered(model, { log, tokens, estimate: () => 10, pause: 1, failures: 1000 });
    const calls = Array.from({ length: 100 }, async (_, i) => {
      const stop = new AbortController();
      if (draw(3) === 0) setTimeout(() => stop.abort(new Error("Enough")), draw(12));
      if (i >= 64) await turns(10);
      const accept = () => i % 3 > 0;
      await ask(questionOf(`${draw(30)}`), { signal: stop.signal, accept }).catch(() => {});
    });
    await Promise.all(calls); // nobody waits for ever
    assert(spent <= tokens, `${spent} of ${tokens}`);
    assertEquals([ask.spent().tries, appended], [asked, asked]);
  }
});
