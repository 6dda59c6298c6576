import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "./clock.ts";

Deno.test("systemClock tells the time as it passes, whatever is done to the machine's clock", () => {
  const { now } = Date;
  const before = systemClock.now();
  assert(Math.abs(before - now()) < 86_400_000);
  try {
    Date.now = () => 0;
    assert(systemClock.now() >= before);
  } finally {
    Date.now = now;
  }
});

Deno.test("systemClock sleeps as long as it is told to, and no longer than its signal lets it", async () => {
  const before = systemClock.now();
  await systemClock.sleep(1.9);
  assert(systemClock.now() - before >= 1.9);
  const stop = new AbortController();
  const long = systemClock.sleep(1e12, stop.signal);
  stop.abort(new Error("Enough"));
  await assertRejects(() => long, Error, "Enough");
  await assertRejects(() => systemClock.sleep(0, stop.signal), Error, "Enough");
  assertEquals(await systemClock.sleep(0), undefined);
});
