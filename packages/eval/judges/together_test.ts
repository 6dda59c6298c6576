import { assertEquals, assertRejects } from "@std/assert";
import { together } from "./together.ts";

Deno.test("together() does all at once and gives results in order", async () => {
  const gate = Promise.withResolvers<void>();
  const tasks = [async () => (await gate.promise, "slow"), () => (gate.resolve(), Promise.resolve("quick"))];
  assertEquals(await together(tasks), ["slow", "quick"]);
});

Deno.test("together() tells the others to stop when one fails, and waits for them", async () => {
  let stopped = false;
  const slow = (signal: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () =>
        queueMicrotask(() => {
          stopped = true;
          reject(signal.reason);
        }))
    );
  const fails = () => {
    throw new Error("first");
  };
  await assertRejects(() => together<never>([slow, fails]), Error, "first");
  assertEquals(stopped, true);
});

Deno.test("together() hands the caller's signal on", async () => {
  const { signal } = new AbortController();
  const aborted = AbortSignal.abort(new Error("enough"));
  const check = (stop: AbortSignal) => (stop.throwIfAborted(), Promise.resolve(1));
  assertEquals(await together([check], signal), [1]);
  await assertRejects(() => together([check], aborted), Error, "enough");
});
