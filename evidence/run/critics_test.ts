import { assert, assertEquals } from "@std/assert";
import { prefixes } from "./critics.ts";

const tokenizer = {
  encode: (text: string) => Array.from(text, Number),
  encodeCompletion: (text: string) => Array.from(text, Number),
};

Deno.test("prefixes() cuts responses at every place, before the first token and after the last too", () => {
  const rows = Array.from({ length: 40 }, () => ({ prompt: "12", responses: ["345", "6"], rewards: [2, -1] }));
  const cut = prefixes(rows, tokenizer, 10);
  const of = (rating: number) =>
    new Set(cut.filter((row) => row.rating === rating).map(({ tokens }) => tokens.join("")));
  assertEquals(of(20), new Set(["12", "123", "1234", "12345"]));
  assertEquals(of(-10), new Set(["12", "126"]));
  assert(cut.every(({ tokens, start }) => start < tokens.length), "a trainer would refuse it");
});
