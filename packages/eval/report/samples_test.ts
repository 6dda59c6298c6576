import { assertEquals } from "@std/assert";
import type { Winner } from "../verdict.ts";
import { responsesTo, verdict } from "./fakes.ts";
import { orderedOf } from "./judged_pairs.ts";
import { samplesOf } from "./samples.ts";

/** Chosen samples of one pair, where each prompt has the verdicts of two judges. */
function chosen(table: Readonly<Record<string, readonly [Winner, Winner]>>, count: number) {
  const responses = responsesTo(Object.keys(table), ["x", "y"]);
  const verdicts = Object.entries(table).flatMap(([id, [ann, bob]]) => [
    verdict("ann", id, "x", "y", ann),
    verdict("bob", id, "x", "y", bob),
  ]);
  return samplesOf(orderedOf({ responses, verdicts }), count).map(({ kind, a }) => `${a.promptId} ${kind}`);
}

Deno.test("samplesOf() puts disagreements first, then wins and losses by turns, then the rest", () => {
  const table: Parameters<typeof chosen>[0] = {
    p0: ["tie", "tie"],
    p1: ["a", "a"],
    p2: ["a", "tie"],
    p3: ["b", "b"],
    p4: ["a", "b"],
    p5: ["a", "invalid"],
    p6: ["invalid", "invalid"],
    p7: ["b", "a"],
  };
  assertEquals(chosen(table, 8), [
    ...["p4 contrary", "p7 contrary", "p2 apart", "p1 a", "p3 b", "p5 a", "p0 tie", "p6 invalid"],
  ]);
  assertEquals(chosen(table, 4), ["p4 contrary", "p7 contrary", "p1 a", "p3 b"]);
  assertEquals(chosen(table, 1), ["p4 contrary"]);
  assertEquals(chosen(table, 0), []);
  assertEquals(chosen({ p: ["a", "b"], q: ["b", "tie"], r: ["a", "b"] }, 4), ["p contrary", "r contrary", "q apart"]);
});

Deno.test("samplesOf() lets pairs of policies take turns", () => {
  const responses = responsesTo(["p", "q"], ["x", "y", "z"]);
  const verdicts = [["x", "y"], ["x", "z"]].flatMap(([a, b]) =>
    ["p", "q"].map((id) => verdict("ann", id, a!, b!, "a"))
  );
  const found = samplesOf(orderedOf({ responses, verdicts }), 3).map(({ a, b }) => `${a.promptId} ${b.policy}`);
  assertEquals(found, ["p y", "p z", "q y"]);
});
