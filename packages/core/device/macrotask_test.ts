import { assertEquals } from "@std/assert";
import { macrotask } from "./macrotask.ts";
import { openDevice } from "./open.ts";

Deno.test("macrotask() lets events come in that promises alone would keep waiting", async () => {
  let turns = 0;
  const { port1, port2 } = new MessageChannel();
  const come = new Promise<void>((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
  });
  port2.postMessage(0);
  let there = false;
  void come.then(() => there = true);
  for (let i = 0; i < 100; i++) await Promise.resolve();
  assertEquals(there, false);
  while (!there && turns++ < 100) await macrotask();
  assertEquals(there, true);
});

Deno.test("macrotask() lets timers fire beside a device with threads", async () => {
  using device = await openDevice({ device: "cpu", threads: 2 });
  assertEquals(device.kind, "cpu");
  let fired = 0;
  const timer = setInterval(() => fired++, 1);
  const end = performance.now() + 2000;
  while (fired < 20 && performance.now() < end) {
    const busy = performance.now() + 2;
    while (performance.now() < busy); // as a kernel is
    await macrotask();
  }
  clearInterval(timer);
  assertEquals(fired, 20);
});
