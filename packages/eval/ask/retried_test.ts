import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AskError } from "./ask.ts";
import { failing, fakeClock, paid, questionOf, scripted } from "./fakes.ts";
import { retried } from "./retried.ts";

const random = () => 0.5;

Deno.test("retried() waits longer each time, up to a limit, and then gives up", async () => {
  const clock = fakeClock();
  const model = scripted(failing("transient"));
  const call = retried(model, { attempts: 6, pause: 100, longest: 500, random, clock })(questionOf("x"));
  const error = await clock.run(assertRejects(() => call, AskError, "It is transient (6 tries)"));
  assertEquals([error.kind, error.free, model.asked.length], ["transient", true, 6]);
  assertEquals(clock.slept, [50, 100, 200, 250, 250]);
});

Deno.test("retried() waits as long as the server says, unless that is too long", async () => {
  const clock = fakeClock();
  const model = scripted(failing("transient", 3000), failing("transient", 0), paid("A"));
  const call = retried(model, { pause: 100, random, clock })(questionOf("x"));
  assertEquals(await clock.run(call), paid("A"));
  assertEquals(clock.slept, [3050, 0]);
  const long = retried(scripted(failing("transient", 3001)), { patience: 3000, clock })(questionOf("x"));
  assertEquals((await assertRejects(() => long, AskError)).retryAfter, 3001);
});

Deno.test("retried() tries only failures that may pass", async () => {
  for (const error of [failing("question"), failing("fatal"), new TypeError("Broken")]) {
    const model = scripted(error);
    assertEquals(await assertRejects(() => retried(model)(questionOf("x"))), error);
    assertEquals(model.asked.length, 1);
  }
});

Deno.test("retried() ends its pauses when it is told to", async () => {
  const stop = new AbortController();
  const call = retried(scripted(failing("transient", 1e5)))(questionOf("x"), { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("Enough")), 5);
  await assertRejects(() => call, Error, "Enough");
});

Deno.test("retried() refuses numbers out of range", () => {
  assertThrows(() => retried(scripted(), { attempts: 0 }), RangeError, "attempts");
  assertThrows(() => retried(scripted(), { pause: -1 }), RangeError, "pause");
});
