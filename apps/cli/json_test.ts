import { assertEquals } from "@std/assert";
import { toJson } from "./json.ts";

Deno.test("toJson() writes integers of Parquet as numbers, or as text where a number would be another one", () => {
  assertEquals(
    toJson({ id: 7n, ids: [-3n, 2n ** 53n + 1n], text: "a" }),
    '{"id":7,"ids":[-3,"9007199254740993"],"text":"a"}',
  );
});
