import { assertEquals } from "@std/assert";
import type { Stage } from "./pipeline.ts";
import { pipelineBar } from "./pipeline_bar.ts";
import { silent } from "./testing.ts";

const stage = (name: string, share: number): Stage => ({ name, share, command: "sft", out: name, values: {} });

Deno.test("pipelineBar() gives each stage its share, those side by side one together, and never goes back", () => {
  const shown: [done: number, words: string][] = [];
  const [notes, printed]: [string[], string[]] = [[], []];
  const context = {
    ...silent,
    note: (line: string) => void notes.push(line),
    print: (text: string) => void printed.push(text),
    bar: () => ({
      show: (done: number, total: number, words: string) => void shown.push([done / total, words]),
      [Symbol.dispose]: () => {},
    }),
  };
  const [a, b, c] = [stage("a", 10), stage("b", 30), stage("c", 20)];
  using bar = pipelineBar([[a], [b, c], [stage("d", 60)]], new Set(["a"]), context);
  const { signal } = new AbortController();
  const [forB, forC] = [bar.contextOf(b, signal), bar.contextOf(c, signal)];
  forB.note("hello");
  for (const { print } of [forB, forB, forC]) print("text\n");
  using ofB = forB.bar();
  ofB.show(1, 2, "half");
  {
    using ofC = forC.bar();
    ofC.show(1, 1, "read");
    using again = forC.bar();
    again.show(1, 10, "begun");
    again.show(0, 0, "of nothing");
  }
  bar.done(b);
  assertEquals(notes, ["b: hello"]);
  assertEquals(printed.join(""), "\nb:\ntext\ntext\n\nc:\ntext\n");
  assertEquals(shown.map(([done]) => done), [0.175, 0.325, 0.325, 0.325, 0.4]); // a is 10 of 100, b and c 30 together
  assertEquals(shown.map(([, words]) => words), [
    "b: half",
    "b: half; c: read",
    "b: half; c: begun",
    "b: half; c: of nothing",
    "",
  ]);
});
