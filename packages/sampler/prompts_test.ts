import { assertThrows } from "@std/assert";
import { checkPrompts } from "./prompts.ts";

Deno.test("checkPrompts() wants an id of its own for each prompt, and a text or tokens", () => {
  checkPrompts([{ id: "a", text: "" }, { id: "b", tokens: Uint32Array.of(1) }, { id: "c", text: "x", tokens: [2] }]);
  assertThrows(() => checkPrompts([{ id: "a", text: "x" }, { id: "a", text: "y" }]), RangeError, '"a" twice');
  assertThrows(() => checkPrompts([{ id: "a" }]), TypeError, 'prompt "a" to have a text or tokens');
});
