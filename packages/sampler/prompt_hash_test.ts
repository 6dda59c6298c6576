import { assert, assertEquals } from "@std/assert";
import { promptHash } from "./prompt_hash.ts";

Deno.test("promptHash() keeps apart prompts that differ in one id, their order or their length", () => {
  const prompts: number[][] = [[], [0], [0, 0], [0, 0, 0, 0], [0, 0, 0, 0, 0], [1, 2, 3], [3, 2, 1]];
  for (let id = 0; id < 2000; id++) prompts.push([5, id + 4], [id + 4, 5], [9, 9, 9, 9, id]);
  const hashes = prompts.map((prompt) => promptHash(prompt).join());
  assertEquals(new Set(hashes).size, new Set(prompts.map((prompt) => prompt.join())).size);
});

Deno.test("promptHash() flips half of its bits when one bit of the prompt flips", () => {
  const prompt = [11, 22, 33, 44, 55, 66];
  const [a, b] = promptHash(prompt);
  let flips = 0;
  for (let bit = 0; bit < 192; bit++) {
    const [c, d] = promptHash(prompt.map((id, i) => i === bit >> 5 ? (id ^ 1 << (bit & 31)) >>> 0 : id));
    for (const word of [a ^ c, b ^ d]) for (let i = 0; i < 32; i++) flips += word >>> i & 1;
  }
  const share = flips / (192 * 64);
  assert(Math.abs(share - 0.5) < 0.025, `${share}`); // five standard deviations of 12288 fair coins
});
