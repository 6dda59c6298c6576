import { assertEquals, assertThrows } from "@std/assert";
import { Problem } from "./problem.ts";
import { slots } from "./slots.ts";

Deno.test("slots() bounds what each has and what all have, and a place is left once", () => {
  const take = slots("calls", { each: 2, all: 3 });
  const [first] = [take("x"), take("x")];
  const message = "Expected fewer calls at a time but found 2 of yours: end one, or try again later";
  const problem = assertThrows(() => take("x"), Problem, message);
  assertEquals([problem.status, problem.options.headers?.["retry-after"]], [429, "5"]);
  take("y");
  assertThrows(() => take("z"), Problem, "found 3 of all clients");
  first!();
  first!();
  take("x");
  assertThrows(() => take("z"), Problem, "found 3 of all clients");
});
