import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { goldJudge } from "./gold_judge.ts";
import { scoreJudge, verdictOf } from "./score_judge.ts";

const pair = { promptId: "p", prompt: "?", a: "left", b: "right" };

Deno.test("verdictOf() calls a difference of exactly the tie a tie, though floating point makes it more", () => {
  for (let i = 0; i <= 98; i++) assertEquals(verdictOf((i + 2) / 100, i / 100, 0.02), { winner: "tie" });
  for (let i = 0; i <= 97; i++) assertEquals(verdictOf((i + 3) / 100, i / 100, 0.02), { winner: "a" });
});

Deno.test("verdictOf() gives the other side what it takes from one", () => {
  const swapped = { a: "b", b: "a", tie: "tie", invalid: "invalid" } as const;
  const number = fc.double({ min: -10, max: 10 });
  fc.assert(fc.property(number, number, fc.constantFrom(0, 0.02, 1), (a, b, tie) => {
    assertEquals(verdictOf(b, a, tie).winner, swapped[verdictOf(a, b, tie).winner]);
  }));
});

Deno.test("verdictOf() without a tie decides by the last bit", () => {
  assertEquals(verdictOf(1 + Number.EPSILON, 1).winner, "a");
  assertEquals(verdictOf(1, 1).winner, "tie");
});

Deno.test("verdictOf() gives no verdict on scores that are no numbers, and says so", () => {
  for (const score of [NaN, Infinity, -Infinity]) {
    assertEquals(verdictOf(score, 1), {
      winner: "invalid",
      reason: `Expected two finite scores but found ${score} and 1`,
    });
  }
});

Deno.test("scoreJudge() asks for both scores with the prompt and the signal, and waits for them", async () => {
  const asked: unknown[] = [];
  const { signal } = new AbortController();
  const judge = scoreJudge({
    id: "judge",
    score(...given) {
      asked.push(given);
      return Promise.resolve(given[1].length);
    },
  });
  assertEquals(await judge.compare(pair, signal), { winner: "b" });
  assertEquals(asked, [["?", "left", signal], ["?", "right", signal]]);
  assertEquals(judge.id, "judge");
});

Deno.test("goldJudge() ties by a share of the range", async () => {
  const score = (_: string, response: string) => response === "left" ? 50 : 48.5;
  assertEquals((await goldJudge({ score, range: 100 }).compare(pair)).winner, "tie");
  assertEquals((await goldJudge({ score, range: 100, tie: 0.01 }).compare(pair)).winner, "a");
  assertEquals((await goldJudge({ score }).compare(pair)).winner, "a");
});

Deno.test("scoreJudge() and goldJudge() refuse a tie and a range that make no sense", () => {
  const score = () => 1;
  assertThrows(() => scoreJudge({ id: "judge", score, tie: -1 }), RangeError, "found -1");
  assertThrows(() => goldJudge({ score, range: 0 }), RangeError, "found 0");
  assertThrows(() => goldJudge({ score, tie: NaN }), RangeError, "found NaN");
});
