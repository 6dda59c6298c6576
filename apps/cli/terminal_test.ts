import { assertEquals } from "@std/assert";
import { harmless } from "./terminal.ts";

Deno.test("harmless() lets no text command a terminal, and keeps lines, tabs and letters", () => {
  assertEquals(harmless("a\x1b[31mred\x07\r\x9b2J\x7f"), "a�[31mred���2J�");
  for (const text of ["a\tb\r\n", "½ – ü 日本 𝄞"]) assertEquals(harmless(text), text);
});
