import { assertEquals, assertThrows } from "@std/assert";
import { checkAddress, publicAddress, publicPlace } from "./address.ts";
import { UsageError } from "./flags.ts";

Deno.test("checkAddress() names the flag, and misses what to speak", () => {
  checkAddress("server", "http://localhost:8000");
  for (const text of ["foo", "localhost:8000", "http://", "file:///x"]) {
    assertThrows(() => checkAddress("server", text), UsageError, "Expected --server with an address such as");
  }
  assertThrows(() => checkAddress("server", "me:secret@host?key=secret"), UsageError, 'but found "…host…"');
});

Deno.test("publicAddress() leaves out credentials and queries", () => {
  assertEquals(publicAddress("https://me:secret@host/classify?token=secret#x"), "https://host/classify");
});

Deno.test("publicPlace() leaves them out of an address with a name before it or a model behind it, and other texts as they are", () => {
  assertEquals(publicPlace("gpt=https://me:secret@host/v1?key=secret#m"), "gpt=https://host/v1#m");
  assertEquals(publicPlace("https://me:secret@host/v1"), "https://host/v1");
  assertEquals(publicPlace("gpt=https://me:secret@ho st/v1#m"), "gpt=…#m");
  for (const text of ["sft=runs/sft", "https", "see https://host", "a#b"]) assertEquals(publicPlace(text), text);
});
