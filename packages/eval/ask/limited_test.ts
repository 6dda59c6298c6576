import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AskError, askOf } from "./ask.ts";
import { failing, fakeClock, paid, questionOf, scripted } from "./fakes.ts";
import { limited } from "./limited.ts";

Deno.test("limited() asks no faster than it may", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1200 }), async (perMinute) => {
      const clock = fakeClock();
      const times: number[] = [];
      const ask = limited(askOf("model", () => (times.push(clock.now()), Promise.resolve(paid("A")))), {
        perMinute,
        clock,
      });
      const calls = Array.from({ length: 50 }, () => ask(questionOf("x")));
      await clock.run(Promise.all(calls));
      const burst = Math.max(1, perMinute / 60);
      for (const [i, start] of times.entries()) {
        const minute = times.slice(i).filter((time) => time < start + 60_000 - 1e-6).length;
        assert(minute <= perMinute + burst, `${minute} in a minute`);
        const instant = times.slice(i).filter((time) => time < start + 1e-6).length;
        assert(instant <= Math.ceil(burst), `${instant} at once`);
      }
      const least = (50 - burst) * 60_000 / perMinute; // and no slower
      assert(times.at(-1)! < least + 60_000 / perMinute + 1, `${times.at(-1)} for ${least}`);
    }),
    { numRuns: 20 },
  );
});

Deno.test("limited() lets nobody ask before the server wants to be asked", async () => {
  const clock = fakeClock();
  const times: number[] = [];
  const ask = limited(
    askOf("model", () => {
      times.push(clock.now());
      return times.length === 3 ? Promise.reject(failing("transient", 5000)) : Promise.resolve(paid("A"));
    }),
    { perMinute: 600, clock },
  );
  const calls = Array.from({ length: 20 }, () => ask(questionOf("x")));
  const results = await clock.run(Promise.allSettled(calls));
  assertEquals(results.filter(({ status }) => status === "rejected").length, 1);
  const [before, after] = [times.filter((time) => time < 5000), times.filter((time) => time >= 5000)];
  assertEquals(before, Array(10).fill(0)); // those of the first second were under way
  assertEquals(after, Array.from({ length: 10 }, (_, i) => 5000 + 100 * i));
});

Deno.test("limited() waits for the server also where it has no limit of its own", async () => {
  const clock = fakeClock();
  const ask = limited(scripted(failing("transient", 5000), paid("A")), { clock });
  await assertRejects(() => ask(questionOf("x")), AskError, "It is transient");
  await clock.run(Promise.all([ask(questionOf("x")), ask(questionOf("x"))]));
  assertEquals([clock.now(), clock.slept], [5000, [5000, 5000]]);
});

Deno.test("limited() does not wait for ever", async () => {
  const clock = fakeClock();
  const model = scripted(failing("transient", 86_400_000), paid("A"));
  const ask = limited(model, { clock });
  await assertRejects(() => ask(questionOf("x")), AskError, "It is transient");
  const error = await assertRejects(() => ask(questionOf("x")), AskError, "again in 86400 s");
  assertEquals([error.kind, error.free, model.asked.length], ["transient", true, 1]);
  assertThrows(() => limited(model, { perMinute: 0 }), RangeError, "perMinute");
});
