import { assertEquals } from "@std/assert";
import { shownWithout } from "./shown.ts";

Deno.test("shownWithout() takes secrets out, in whatever spelling", () => {
  const shown = shownWithout(["k3y.$^*(", 'a"b\\c', "ab", "abcd", ""]);
  assertEquals(shown("k3y.$^*( k3y.%24%5E*("), "… …");
  assertEquals(shown(JSON.stringify({ error: 'a"b\\c' })), '{"error":"…"}');
  assertEquals(shown("abcd ab"), "… …"); // not …cd
  assertEquals(shown("at http://host/v1?key=x, that is"), "at … that is");
});

Deno.test("shownWithout() gives a line that does nothing to a terminal", () => {
  assertEquals(shownWithout([])("a\r\n\x1b[2J\x9b31m\u202eb\0\u200b c"), "a [2J 31m b c");
});
