import { assertEquals } from "@std/assert";
import { buckets } from "./rate.ts";

const rate = { perSecond: 1, burst: 2 };

Deno.test("buckets() lets a burst pass, says how long to wait, and fills with time", () => {
  let now = 0;
  const take = buckets(() => now);
  assertEquals([take("a", rate), take("a", rate), take("a", rate), take("b", rate)], [0, 0, 1000, 0]);
  now = 600;
  assertEquals(take("a", rate), 400);
  now = 1_000;
  assertEquals([take("a", rate), take("a", rate)], [0, 1000]);
  now = 500; // a clock that is set back gives nothing
  assertEquals(take("a", rate), 1000);
  now = 60_000;
  assertEquals([take("a", rate), take("a", rate), take("a", rate)], [0, 0, 1000]);
});

Deno.test("buckets() forgets those that were used longest ago, full or not, and so never grows", () => {
  const take = buckets(() => 0, 3);
  const empty = (key: string) => {
    while (take(key, rate) === 0);
  };
  for (const key of ["a", "b", "c"]) empty(key);
  take("a", rate); // used again
  empty("d");
  assertEquals([take("a", rate) > 0, take("c", rate) > 0, take("d", rate) > 0], [true, true, true]);
  assertEquals(take("b", rate), 0, "this one was forgotten, and not one that is in use");
});
