import { assertEquals } from "@std/assert";
import { macrotask } from "./macrotask.ts";

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
