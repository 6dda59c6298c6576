import { assertThrows } from "@std/assert";
import { checkMutation } from "./mutate.ts";
import { mutations } from "./mutations.ts";
import { root } from "./workspace.ts";

Deno.test("the text of every mutation stands once in its file", async () => {
  const sources = new Map<string, string>();
  for (const mutation of mutations) {
    const { file } = mutation;
    if (!sources.has(file)) sources.set(file, await Deno.readTextFile(new URL(`packages/${file}`, root)));
    checkMutation(sources.get(file)!, mutation);
  }
});

Deno.test("checkMutation() names the text, the file and where to mend it", () => {
  const mutation = { file: "fill/kernel.ts", find: "a", replace: "b" };
  const where = "mend tools/mutations.ts";
  assertThrows(
    () => checkMutation("", mutation),
    Error,
    `Expected "a" once in fill/kernel.ts but found it 0 times: ${where}`,
  );
  assertThrows(() => checkMutation("a a", mutation), Error, "found it 2 times");
  assertThrows(() => checkMutation("a", { ...mutation, replace: "a" }), Error, "to change");
});
