import { assertEquals, assertStringIncludes } from "@std/assert";
import { OutOfMemoryError } from "@tare/core";
import { explain } from "./errors.ts";
import { UsageError } from "./flags.ts";

Deno.test("explain() gives bad input 2, failures 1, and a closed pipe no word", () => {
  const code = (error: unknown) => explain(error, false).code;
  assertEquals([new UsageError("a"), new RangeError("a"), new TypeError("a"), new SyntaxError("a")].map(code), [
    2,
    2,
    2,
    2,
  ]);
  assertEquals([new Error("a"), new OutOfMemoryError("a"), "a"].map(code), [1, 1, 1]);
  assertEquals(explain(new Deno.errors.BrokenPipe("a"), false), { sentence: "", code: 141 });
});

Deno.test("explain() makes one line of the system's messages, and a stack only with --trace", async () => {
  const missing = await Deno.readFile("no/such/file").catch((error) => error);
  assertEquals(explain(missing, false), { sentence: "No such file or directory: readfile 'no/such/file'", code: 2 });
  assertEquals(explain(new RangeError("one\n  two"), false).sentence, "one two");
  assertStringIncludes(explain(new RangeError("mine"), true).sentence, "errors_test.ts");
});
