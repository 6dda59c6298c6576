import { assertEquals, assertRejects } from "@std/assert";
import { orAborted } from "./or_aborted.ts";

Deno.test("orAborted() waits no longer than its signal lets it, also when that was before", async () => {
  const never = new Promise<never>(() => {});
  const stop = new AbortController();
  assertEquals(await orAborted(Promise.resolve(1), undefined), 1);
  assertEquals(await orAborted(Promise.resolve(1), stop.signal), 1);
  await assertRejects(() => orAborted(Promise.reject(new Error("Broken")), stop.signal), Error, "Broken");
  const waiting = orAborted(never, stop.signal);
  stop.abort(new Error("Enough"));
  await assertRejects(() => waiting, Error, "Enough");
  await assertRejects(() => orAborted(never, stop.signal), Error, "Enough");
});
