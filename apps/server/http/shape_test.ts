import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { tooMuch } from "./shape.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const of = (text: string, depth = 3, values = 10) => tooMuch(utf8(text), { depth, values });

Deno.test("tooMuch() finds what is deep, what has many values, and nothing else", () => {
  const deep = "lists and objects in more than 3 others";
  const many = "more than 10 values";
  const cases: readonly (readonly [text: string, found: string | undefined])[] = [
    ["", undefined],
    ['[[{"a":1}]]', undefined],
    ["[[[[1]]]]", deep],
    ['{"a":[{"b":{}}]}', deep],
    ["[],[],[],[],[]", undefined],
    ["[1,2,3,4,5,6,7,8,9]", undefined],
    ["[1,2,3,4,5,6,7,8,9,10]", many],
    ["\n".repeat(9), undefined],
    ["\n".repeat(10), many],
    [JSON.stringify('[[[[,,,,,,,,,,,"{{{{\\"[[[['), undefined], // a text
    ['"\\\\"[[[[', deep], // after a text that ends in a backslash
    ['"\n[[[[', deep], // after a text without an end
    ["]]]]]]]]", undefined],
  ];
  for (const [text, found] of cases) assertEquals(of(text), found, text);
});

Deno.test("tooMuch() lets pass whatever JSON is as shallow and small as it may be", () => {
  const depthOf = (value: unknown): number =>
    typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
    const depth = depthOf(value);
    assertEquals(of(JSON.stringify(value), depth, 1e6), undefined);
    if (depth > 0) assertEquals(typeof of(JSON.stringify(value), depth - 1, 1e6), "string");
  }));
});
