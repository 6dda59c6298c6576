import { assertEquals } from "@std/assert";
import { effectText, fixed, markdownTable, pText, signed } from "./markdown.ts";

Deno.test("markdownTable() aligns as deno fmt does", () => {
  assertEquals(
    markdownTable(["arm", "gold"], [["PPO", "0.6"], ["contrastive", "−0.25"]]),
    "| arm         |  gold |\n| ----------- | ----: |\n| PPO         |   0.6 |\n| contrastive | −0.25 |",
  );
});

Deno.test("numbers have typographic signs, and no minus before a zero", () => {
  assertEquals([fixed(-0.0004), fixed(-1.5, 1), fixed(NaN), fixed(undefined)], ["0.000", "−1.5", "", ""]);
  assertEquals([signed(0.25, 2), signed(-0.25, 2)], ["+0.25", "−0.25"]);
  assertEquals([pText(0.0001), pText(0.04), pText(undefined)], ["< 0.001", "0.040", ""]);
  const effect = { mean: 0.02, low: -0.01, high: 0.05, deviation: 1, pairs: 5, p: 0.1 };
  assertEquals(effectText(effect, 2), "+0.02 (−0.01 to +0.05)");
  assertEquals(effectText(undefined), "");
});
