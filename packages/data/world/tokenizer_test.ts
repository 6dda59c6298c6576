import { assert, assertEquals } from "@std/assert";
import { loadTokenizer } from "../tokenizer/load.ts";
import { bestResponse } from "./answer.ts";
import { worldTokenizer } from "./tokenizer.ts";
import { createWorld } from "./world.ts";

const files: Readonly<Record<string, string>> = worldTokenizer();
const tokenizer = await loadTokenizer({
  open: (name) => Promise.resolve(files[name] ? new Blob([files[name]]) : undefined),
});
const [unknown] = tokenizer.encode("<unk>");

Deno.test("worldTokenizer() encodes all texts of a world without unknowns, and back to themselves", () => {
  const world = createWorld({ seed: 5 });
  const texts = (["train", "judge", "held-out"] as const).flatMap((part) =>
    world.preferences(500, part).flatMap(({ prompt, chosen, rejected }) => [
      [prompt, chosen],
      [prompt, rejected],
      [prompt, bestResponse(prompt)],
    ])
  );
  for (const [prompt, response] of texts) {
    const [first, second] = [tokenizer.encode(prompt!), tokenizer.encodeCompletion(response!)];
    assert(!first.includes(unknown!) && !second.includes(unknown!), `${prompt}${response}`);
    assertEquals(tokenizer.decode([...first, ...second]), `${prompt}${response}`);
    assertEquals(tokenizer.decode(second, { completion: true }), response);
  }
});

Deno.test("worldTokenizer() has at most 512 tokens; a prompt takes about 21 of them and a response about 30, both at most 96", () => {
  assert(tokenizer.vocabulary <= 512);
  const pairs = createWorld({ seed: 5 }).preferences(1000);
  const prompts = pairs.map(({ prompt }) => tokenizer.encode(prompt).length);
  const responses = pairs.map(({ chosen }) => tokenizer.encodeCompletion(chosen).length + 1); // with the end token
  const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  assert(
    Math.abs(mean(prompts) - 21) < 1.5 && Math.abs(mean(responses) - 31) < 2,
    `${mean(prompts)} ${mean(responses)}`,
  );
  assert(Math.max(...prompts) + Math.max(...responses) <= 96);
});

Deno.test("worldTokenizer() has ids for the end and the filling, and a template that writes the world's prompts", () => {
  assertEquals([tokenizer.eos, tokenizer.pad], [2, 1]);
  const [{ prompt }] = createWorld().prompts(1) as [{ prompt: string }];
  const question = prompt.slice("\n\nHuman: ".length, -"\n\nAssistant:".length);
  const user = { role: "user", content: question };
  assertEquals(tokenizer.renderChat([user], { reply: true }), prompt);
  const best = bestResponse(prompt);
  assertEquals(tokenizer.renderChat([user, { role: "assistant", content: best.trim() }]), `${prompt}${best}</s>`);
});
