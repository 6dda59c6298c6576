import { assertEquals } from "@std/assert";
import type { VerdictRow } from "@tare/eval";
import { allPairs, comparisonsOf, remaining } from "./plan.ts";

const rows = (policy: string, ids: readonly string[]) =>
  ids.map((promptId) => ({ policy, promptId, prompt: `${promptId}?`, response: `${policy} ${promptId}` }));
const responses = [...rows("x", ["1", "2", "3", "4"]), ...rows("y", ["4", "3", "1", "5"]), ...rows("z", ["5"])];
const ids = (plan: Parameters<typeof comparisonsOf>[1]) =>
  comparisonsOf(responses, plan).map(({ promptId, policies: { a, b } }) => `${a}${b}${promptId}`);

Deno.test("comparisonsOf() pairs responses to one prompt", () => {
  assertEquals(allPairs(["x", "y", "z"]), [["x", "y"], ["x", "z"], ["y", "z"]]);
  assertEquals(ids({ pairs: allPairs(["x", "y", "z"]) }), ["xy1", "xy3", "xy4", "yz5"]);
  assertEquals(comparisonsOf(responses, { pairs: [["y", "x"]] })[0], {
    ...{ promptId: "4", prompt: "4?", a: "y 4", b: "x 4" },
    policies: { a: "y", b: "x" },
  });
  assertEquals(ids({ pairs: [["x", "none"]] }), []);
});

Deno.test("comparisonsOf() takes the first prompts, or draws them by a seed", () => {
  assertEquals(ids({ pairs: [["x", "y"]], prompts: 2 }), ["xy1", "xy3"]);
  assertEquals(ids({ pairs: [["x", "y"]], prompts: 9, seed: 1 }), ["xy1", "xy3", "xy4"]);
  const drawn = Array.from({ length: 60 }, (_, seed) => ids({ pairs: [["x", "y"]], prompts: 2, seed }).join());
  assertEquals(drawn[7], ids({ pairs: [["x", "y"]], prompts: 2, seed: 7 }).join());
  assertEquals([...new Set(drawn)].sort(), ["xy1,xy3", "xy1,xy4", "xy3,xy4"]);
});

Deno.test("remaining() leaves out what has a valid verdict of the judge, in whichever order, and what was tried", () => {
  const all = comparisonsOf(responses, { pairs: [["x", "y"]] });
  const verdict = { judge: "j", promptId: "1", a: "y", b: "x", winner: "a" } as const;
  const left = (verdicts: readonly VerdictRow[], tried: readonly string[] = []) =>
    remaining(all, verdicts, "j", new Set(tried)).map(({ promptId }) => promptId);
  assertEquals(left([]), ["1", "3", "4"]);
  assertEquals(left([verdict]), ["3", "4"]);
  assertEquals(left([{ ...verdict, judge: "other" }]), ["1", "3", "4"]);
  assertEquals(left([{ ...verdict, winner: "invalid", reason: "?" }]), ["1", "3", "4"]);
  assertEquals(left([{ ...verdict, b: "z" }]), ["1", "3", "4"]);
  assertEquals(left([verdict], ['["3","x","y"]']), ["4"]);
});
