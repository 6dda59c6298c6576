import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { fakeTable, normals } from "./fakes.ts";
import { constantTable } from "./placebo.ts";
import { withinPromptDeviation } from "./spread.ts";

Deno.test("withinPromptDeviation() finds the spread of responses, whatever prompts add", async () => {
  const normal = normals(3);
  const rewards = Array.from(
    { length: 400 },
    (_, i) => Array.from({ length: 5 }, () => 0.25 * normal() + 50 * (i % 7)),
  );
  assert(Math.abs(withinPromptDeviation(await fakeTable(rewards)) - 0.25) < 0.02); // four standard errors: 0.25 / √3200
  assertAlmostEquals(withinPromptDeviation(await fakeTable([[1, 3, 5], [7, 7, 7]])), Math.sqrt(8 / 4), 1e-12);
});

Deno.test("withinPromptDeviation() refuses tables that have none: they would give a scale of infinity", async () => {
  const one = await fakeTable([[1], [2]]);
  assertThrows(() => withinPromptDeviation(one), RangeError, "but found 1: sample with k = 5");
  const equal = await constantTable(await fakeTable([[0.7, 0.1, 0.3], [0.2, 0.2, 0.1]])); // no sum of it is exact
  assertThrows(() => withinPromptDeviation(equal), RangeError, "found equal ones for all prompts: look into");
});
