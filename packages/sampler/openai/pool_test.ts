import { assertEquals, assertRejects } from "@std/assert";
import { asFinished } from "./pool.ts";

Deno.test("asFinished() keeps the limit and gives what is done first first", async () => {
  let [running, most] = [0, 0];
  const gates = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await gates[item]!.promise;
    running--;
    return item;
  };
  const results = asFinished([0, 1, 2, 3, 4, 5], 3, work);
  const order: number[] = [];
  for (const item of [2, 0, 3, 5, 4, 1]) {
    gates[item]!.resolve();
    order.push((await results.next()).value!);
  }
  assertEquals([order, (await results.next()).done, most], [[2, 0, 3, 5, 4, 1], true, 3]);
});

Deno.test("asFinished() stops the others and waits for them when one fails or the reader leaves", async () => {
  let stopped = 0;
  const wait = (signal: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => {
        stopped++;
        reject(signal.reason);
      })
    );
  const failing = asFinished(
    [0, 1, 2],
    3,
    (item, signal) => item === 1 ? Promise.reject(new Error("one")) : wait(signal),
  );
  await assertRejects(() => Array.fromAsync(failing), Error, "one");
  assertEquals(stopped, 2);
  for await (const _ of asFinished([0, 1, 2], 2, (item, signal) => item === 0 ? Promise.resolve(0) : wait(signal))) {
    break;
  }
  assertEquals(stopped, 3);
});
