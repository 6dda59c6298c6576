import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { hashOf, tagOf } from "./tag.ts";

Deno.test("tagOf() gives equal texts one tag, and any other texts, order or template another", async () => {
  const tag = await tagOf("helpful/1", ["p", "a", "b"]);
  assertMatch(tag, /^[0-9a-f]{16}$/);
  assertEquals(await tagOf("helpful/1", ["p", "a", "b"]), tag);
  for (const texts of [["p", "b", "a"], ["pa", "", "b"], ["p", "a", "b "], ["p", 'a","b', ""], ["p", "a", "\ud800"]]) {
    assertNotEquals(await tagOf("helpful/1", texts), tag);
  }
  assertNotEquals(await tagOf("helpful/2", ["p", "a", "b"]), tag);
  assertNotEquals(await tagOf("h", ["p", "\ud800"]), await tagOf("h", ["p", "\ud801"])); // UTF-8 would make both �
});

Deno.test("tagOf() takes another tag when a text holds the first, even with marks in between", async () => {
  const digest = crypto.subtle.digest;
  // No text can hold a hash of itself, so the first two hashes are replaced.
  for (const text of ["ab".repeat(8), "ab\u200b*ab*" + "ab".repeat(6)]) {
    let calls = 0;
    crypto.subtle.digest = (...given) =>
      calls++ < 2 ? Promise.resolve(new Uint8Array(32).fill(0xab).buffer) : digest.apply(crypto.subtle, given);
    try {
      const tag = await tagOf("helpful/1", ["p", `I know: ${text}`, "b"]);
      assertEquals(calls, 3);
      assertNotEquals(tag, "ab".repeat(8));
    } finally {
      crypto.subtle.digest = digest;
    }
  }
});

Deno.test("hashOf() is SHA-256", async () => {
  // echo -n '["abc"]' | sha256sum
  assert((await hashOf(["abc"])).startsWith("02f393ea93585608"));
});
