import { assertEquals } from "@std/assert";
import { stopwatch } from "./stopwatch.js";

Deno.test("stopwatch() counts only the time in which the page is seen", () => {
  let now = 100;
  const page = Object.assign(new EventTarget(), { hidden: false });
  const turn = (hidden: boolean) => {
    page.hidden = hidden;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  const watch = stopwatch(page, () => now);
  watch.start();
  now += 1_000.4;
  assertEquals(watch.read(), 1_000);
  turn(true);
  now += 60_000;
  assertEquals(watch.read(), 1_000);
  turn(false);
  now += 500;
  assertEquals(watch.read(), 1_500);
  turn(true);
  watch.start(); // a task that comes while nobody looks
  now += 9_000;
  assertEquals(watch.read(), 0);
  turn(false);
  now += 20;
  assertEquals(watch.read(), 20);
});
