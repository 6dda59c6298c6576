import { assertEquals } from "@std/assert";
import { changes } from "./changes.ts";

Deno.test("changes() wakes who waits for the subject, and nobody else", async () => {
  const { next, tell } = changes();
  const { signal } = new AbortController();
  const woken: string[] = [];
  const wait = (name: string, subject: string) => next(subject, signal).then(() => woken.push(name));
  wait("a", "job 1");
  const b = wait("b", "job 1");
  wait("c", "job 2");
  tell("job 1");
  await b;
  assertEquals(woken, ["a", "b"]);
});

Deno.test("changes() lets nobody wait whose signal fires or has fired", async () => {
  const { next } = changes();
  const stop = new AbortController();
  const waiting = next("x", stop.signal);
  stop.abort();
  await waiting;
  await next("x", stop.signal);
});
