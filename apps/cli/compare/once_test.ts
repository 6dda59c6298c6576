import { assertEquals } from "@std/assert";
import { once } from "./once.ts";

Deno.test("once() asks a judge about each pair once, also where there was no decision", async () => {
  const asked: string[] = [];
  const judge = once({
    id: "mute",
    compare({ promptId }) {
      asked.push(promptId);
      return Promise.resolve({ winner: "invalid", reason: "It would not say" });
    },
  });
  const [p, q] = ["p", "q"].map((promptId) => ({ promptId, prompt: "?", a: "A", b: "B" }));
  for (const pair of [p!, q!, p!]) assertEquals((await judge.compare(pair)).winner, "invalid");
  assertEquals([judge.id, asked], ["mute", ["p", "q"]]);
});
