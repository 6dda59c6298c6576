import { assertEquals } from "@std/assert";
import { timeLeft } from "./progress.ts";

Deno.test("timeLeft() says nothing where nothing is known or left, and rounds as people do", () => {
  assertEquals(["0", "NULL", "INF"].map(timeLeft), ["", "", ""]); // what the library has before it knows
  assertEquals([0, 7, 60, 90, 3599, 3600, 5400].map(timeLeft), [
    ...["", ", 7 s left", ", 1 min left", ", 2 min left", ", 1 h 0 min left", ", 1 h 0 min left"],
    ", 1 h 30 min left",
  ]);
});
