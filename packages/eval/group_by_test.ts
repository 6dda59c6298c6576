import { assertEquals } from "@std/assert";
import { groupBy } from "./group_by.ts";

Deno.test("groupBy() does as Map.groupBy", () => {
  const words = ["tare", "a", "to", "is", "scale", "b"];
  const expected = Map.groupBy(words, ({ length }) => length);
  assertEquals([...groupBy(words.values(), ({ length }) => length)], [...expected]);
  assertEquals(groupBy([], () => 1).size, 0);
});
