import { assertEquals, assertNotEquals } from "@std/assert";
import { hashPrompt } from "./hash.ts";

Deno.test("hashPrompt() is SHA-256 of UTF-8", async () => {
  // NIST's answers for the empty message and "abc"; "é" is the bytes C3 A9.
  assertEquals(await hashPrompt(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assertEquals(await hashPrompt("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const bytes = await crypto.subtle.digest("SHA-256", Uint8Array.of(0xc3, 0xa9));
  assertEquals(await hashPrompt("é"), new Uint8Array(bytes).toHex());
  assertNotEquals(await hashPrompt("a"), await hashPrompt("a "));
});
