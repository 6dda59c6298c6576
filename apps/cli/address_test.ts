import { assertEquals, assertThrows } from "@std/assert";
import { checkAddress, publicAddress } from "./address.ts";
import { UsageError } from "./flags.ts";

Deno.test("checkAddress() names the flag, and misses what to speak", () => {
  checkAddress("server", "http://localhost:8000");
  for (const text of ["foo", "localhost:8000", "http://", "file:///x"]) {
    assertThrows(() => checkAddress("server", text), UsageError, "Expected --server with an address such as");
  }
});

Deno.test("publicAddress() leaves out credentials and queries", () => {
  assertEquals(publicAddress("https://me:secret@host/classify?token=secret#x"), "https://host/classify");
});
