import { assertEquals, assertStringIncludes } from "@std/assert";
import { OutOfMemoryError } from "@tare/core";
import { explain, inFlags } from "./errors.ts";
import { UsageError } from "./flags.ts";
import { ppo } from "./commands/ppo.ts";
import { fillPpoConfig, type PpoConfig } from "@tare/ppo";

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

Deno.test("inFlags() names flags where the packages name settings, and nothing else", () => {
  const refused = (given: Partial<PpoConfig>): string => {
    try {
      fillPpoConfig(given);
    } catch (error) {
      return (inFlags(error, ppo.flags) as Error).message;
    }
    return "";
  };
  assertEquals(refused({ learningRate: 0 }), "Expected --learning-rate to be above 0 but found 0");
  assertEquals(refused({ clip: 1 }), "Expected --clip to be between 0 and 1 but found 1");
  assertEquals(
    refused({ episodes: 3, samplesPerPrompt: 2 }),
    "Expected --episodes to be a multiple of --samples-per-prompt, 2, but found 3",
  );
  const others = ["Cannot open /data/maxTokens/x: no such folder", "Expected prompts of episodes", "of PPO"];
  for (const words of others) assertEquals((inFlags(new RangeError(words), ppo.flags) as Error).message, words);
});
