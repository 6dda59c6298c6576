import { assertEquals } from "@std/assert";
import { forget, keep, kept } from "./kept.js";

Deno.test("keep() and kept() give values back, and forget() forgets all", () => {
  keep("vote", { id: "1" });
  keep("keys", false);
  assertEquals([kept("vote"), kept("keys"), kept("other")], [{ id: "1" }, false, undefined]);
  keep("vote", undefined);
  assertEquals(kept("vote"), undefined);
  forget();
  assertEquals(kept("keys"), undefined);
});

Deno.test("kept() reads what an earlier page of the tab kept, and takes what is broken for nothing", () => {
  sessionStorage.setItem("tare.draft.a", '"so far"');
  sessionStorage.setItem("tare.draft.b", "{");
  assertEquals([kept("draft.a"), kept("draft.b")], ["so far", undefined]);
  forget();
  assertEquals(sessionStorage.length, 0);
});

Deno.test("keep() lasts as long as the page where the browser keeps nothing", () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, "sessionStorage")!;
  const get = () => {
    throw new DOMException("denied", "SecurityError");
  };
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, get });
  try {
    keep("vote", { id: "2" });
    assertEquals(kept("vote"), { id: "2" });
    forget();
    assertEquals(kept("vote"), undefined);
  } finally {
    Object.defineProperty(globalThis, "sessionStorage", own);
  }
});
