import { assertEquals } from "@std/assert";
import type { Policy } from "./policies.ts";
import { tallyOn, workOf } from "./tally.ts";

Deno.test("workOf() is what drawResponses() and scoreDrawn() tell a tally together", () => {
  const policies = (...kinds: string[]) => kinds.map((kind) => ({ kind })) as Policy[];
  const three = policies("checkpoint", "checkpoint", "server");
  assertEquals(workOf(10, three, 2, undefined), 10 * 3 + 10 * 3 * 2);
  assertEquals(workOf(10, policies("file", "server"), 2, undefined), 10 + 10 * 2 * 2);
  assertEquals(workOf(10, three, 2, 4), 10 * 3 + 40 + 40 + 10 * 4 * 2); // drawn, candidates, their rewards, all scores
});

Deno.test("tallyOn() shows the sum of what is done", () => {
  const shown: string[] = [];
  const bar = {
    show: (done: number, total: number, words: string) => void shown.push(`${done}/${total} ${words}`),
    [Symbol.dispose]: () => {},
  };
  const tally = tallyOn(bar, 4);
  tally(1, "a");
  tally(3, "b");
  assertEquals(shown, ["1/4 a", "4/4 b"]);
});
