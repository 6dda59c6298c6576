import { assertEquals } from "@std/assert";
import type { EncodedPrompt, Sequence } from "./sequence.ts";
import { admit, type Slot } from "./slots.ts";

const prompt = (id: string): EncodedPrompt => ({ id, tokens: Uint32Array.of(1), hash: [0, 0] });
const waiting = (prompts: EncodedPrompt[], n: number) =>
  prompts.flatMap((prompt) => Array.from({ length: n }, (_, index) => ({ prompt, index }) as Sequence)).values();
const slotsOf = (count: number) => Array.from({ length: count }, (_, at): Slot => ({ at }));

Deno.test("admit() computes a prompt once, however its sequences come to their slots", () => {
  for (const [count, n, leaving] of [[3, 5, 1], [4, 3, 2], [2, 2, 2], [8, 3, 3]] as const) {
    const prompts = ["a", "b", "c", "d"].map(prompt);
    const queue = waiting(prompts, n);
    const slots = slotsOf(count);
    const contents: (EncodedPrompt | undefined)[] = slots.map(() => undefined);
    const computed: string[] = [];
    for (let round = 0; round < 40; round++) {
      const { prefill, copy } = admit(slots, queue);
      for (const { at, holds } of prefill) {
        computed.push(holds!.id);
        contents[at] = holds;
      }
      const read = copy.map(({ from }) => contents[from.at]); // all at once, as the device does
      copy.forEach(({ to }, i) => contents[to.at] = read[i]);
      for (const { sequence, at } of slots) if (sequence) assertEquals(contents[at], sequence.prompt);
      const taken = slots.filter(({ sequence }) => sequence);
      if (taken.length === 0) break;
      for (let i = 0; i < leaving; i++) taken[(round * 7 + i) % taken.length]!.sequence = undefined;
    }
    assertEquals(queue.next().done, true);
    assertEquals(computed, ["a", "b", "c", "d"]);
  }
});
