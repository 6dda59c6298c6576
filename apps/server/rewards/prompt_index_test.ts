import { baselineTable } from "@tare/contrastive";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fakeRow } from "./fakes.ts";
import { promptIndex } from "./prompt_index.ts";

const indexOf = async (...prompts: string[]) =>
  promptIndex(await Promise.all(prompts.map((prompt, i) => fakeRow(`${i}`, prompt))));

Deno.test("promptIndex() finds what the naive search finds", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "🍵"), maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 24 }), fc.array(text, { maxLength: 8 }), async (prompts, texts) => {
      const index = await indexOf(...prompts);
      for (const text of [...texts, ...prompts, ...prompts.map((prompt) => `${prompt}a`)]) {
        const naive = prompts.filter((prompt) => text.startsWith(prompt)).toSorted((a, b) => b.length - a.length)[0];
        assertEquals(index.prefix(text)?.prompt, naive);
        assertEquals((await index.find(text))?.prompt, prompts.find((prompt) => prompt === text));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("promptIndex() finds one of many prompts that begin with each other", async () => {
  const index = await indexOf(...Array.from({ length: 3000 }, (_, i) => "a".repeat(i + 1)));
  assertEquals(index.prefix(`${"a".repeat(1234)}b`)?.prompt?.length, 1234);
  assertEquals(index.prefix("b"), undefined);
});

Deno.test("promptIndex() finds rows without a text by their hash alone", async () => {
  const { prompt: _, ...bare } = await fakeRow("tea", "Tea?");
  const index = promptIndex((await baselineTable([bare, await fakeRow("coffee", "Coffee?")])).rows.values());
  assertEquals([index.rows, index.texts], [2, 1]);
  assertEquals((await index.find("Tea?"))?.promptId, "tea");
  assertEquals(index.prefix("Tea? Yes."), undefined);
  assertEquals(index.prefix("Coffee? Yes.")?.promptId, "coffee");
});

Deno.test("promptIndex() finds the first of two rows of one text", async () => {
  const index = await indexOf("Tea?", "Tea?");
  assertEquals([index.prefix("Tea? Yes.")?.promptId, (await index.find("Tea?"))?.promptId], ["0", "0"]);
});
