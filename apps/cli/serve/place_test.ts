import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../flags.ts";
import { checkPlace, isPrivate, originsOf } from "./place.ts";

Deno.test("originsOf() begins with the address for links, and knows other names of this machine", () => {
  const at = (host: string, url?: string) => originsOf({ host, port: 8377, url });
  const own = ["http://127.0.0.1:8377", "http://localhost:8377", "http://[::1]:8377"];
  assertEquals(at("127.0.0.1"), own);
  assertEquals(at("::1"), [own[2], own[0], own[1]]);
  assertEquals(at("192.168.1.5"), ["http://192.168.1.5:8377"]);
  assertEquals(at("0.0.0.0", "https://Eval.example.org/"), ["https://eval.example.org"]);
  assertEquals(originsOf({ host: "localhost", port: 80 })[0], "http://localhost"); // as browsers write it
});

Deno.test("isPrivate() is what only this machine can reach", () => {
  const hosts = ["127.0.0.1", "localhost", "::1", "127.0.0.1.example.org", "192.168.1.5", "0.0.0.0"];
  assertEquals(hosts.map((host) => isPrivate({ host, port: 1 })), [true, true, true, false, false, false]);
  assertEquals(isPrivate({ host: "127.0.0.1", port: 1, url: "https://a.org" }), false);
});

Deno.test("checkPlace() refuses what can be no address of the server", () => {
  for (
    const url of ["eval.example.org", "ftp://a.org", "https://a.org/eval", "https://a.org?x", "https://me:key@a.org"]
  ) {
    assertThrows(() => checkPlace({ host: "127.0.0.1", port: 1, url }), UsageError, "Expected --url with an address");
  }
  assertThrows(() => checkPlace({ host: "0.0.0.0", port: 1 }), UsageError, "Expected --url beside --host 0.0.0.0");
  checkPlace({ host: "::", port: 1, url: "https://a.org" });
});
