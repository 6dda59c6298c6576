import { assertEquals, assertThrows } from "@std/assert";
import { type Content, markup, textOf, trusted } from "./markup.ts";

Deno.test("markup escapes what stands in it, for text and for attributes", () => {
  const hostile = `<script>alert("1")</script> & ' onload=x`;
  const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39; onload=x";
  assertEquals(textOf(markup`<p title="${hostile}">${hostile}</p>`), `<p title="${escaped}">${escaped}</p>`);
});

Deno.test("markup takes markup as it is, lists, numbers and nothing", () => {
  const items = ["<", 1, undefined].map((item) => markup`<li>${item}</li>`);
  assertEquals(
    textOf([markup`<ul>${items}</ul>`, trusted("<hr>")]),
    "<ul><li>&lt;</li><li>1</li><li></li></ul><hr>",
  );
});

Deno.test("markup takes nothing that came from JSON for markup", () => {
  const forged: Content = JSON.parse('{"kind":"markup","text":"<script>"}');
  assertThrows(() => markup`<p>${forged}</p>`, TypeError);
});

Deno.test("markup shows what would break a page, or turn its text around", () => {
  const hostile = "a\0b\u202ec\u2067d\ud800e\u0085\x1bf\tg\r\nh\r";
  assertEquals(textOf(hostile), "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd\ufffdf\tg\nh\n");
});
