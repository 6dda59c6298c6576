import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { callKey, canonicalJson } from "./key.ts";
import { questionOf } from "./fakes.ts";

Deno.test("callKey() is another one for whatever decides an answer", async () => {
  const question = questionOf("x");
  const others = [
    questionOf("y"),
    questionOf("x", { maxTokens: 11 }),
    questionOf("x", { temperature: 1 }),
    questionOf("x", { repeat: 1 }),
    questionOf("x", { schema: { type: "object" } }),
    { ...question, messages: [{ role: "system" as const, content: "x" }] },
  ];
  const keys = await Promise.all([
    callKey("a", question),
    callKey("b", question),
    ...others.map((q) => callKey("a", q)),
  ]);
  assertEquals(new Set(keys).size, keys.length);
  for (const key of keys) assertMatch(key, /^[0-9a-f]{64}$/);
  assertEquals(await callKey("a", { ...question, repeat: 0 }), keys[0]);
});

Deno.test("canonicalJson() is JSON, and does not know the order of fields", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
    const turned = Object.fromEntries(Object.entries(value).reverse());
    assertEquals(canonicalJson(turned), canonicalJson(value));
    assertEquals(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
  }));
  assertEquals(canonicalJson({ b: [2, { d: 1, c: undefined }], a: null }), '{"a":null,"b":[2,{"d":1}]}');
});
