import { assertEquals } from "@std/assert";
import { count, cut, estimate, figure, interval, list, percent, pValue } from "./format.ts";

Deno.test("percent(), estimate(), figure(), pValue() and count() write for people", () => {
  assertEquals([percent(0.4567), percent(-0.05), percent(-0.0001), percent(NaN)], [
    "45.7\u202f%",
    "−5.0\u202f%",
    "0.0\u202f%",
    "–",
  ]);
  assertEquals(estimate({ mean: 0.5, low: 0.41, high: 1 }), "50.0\u202f% (41.0 to 100.0\u202f%)");
  assertEquals(estimate({ mean: NaN, low: 0, high: 1 }), "–");
  assertEquals([figure(123.4), figure(12.34), figure(-1.234), figure(Infinity)], ["123", "12.3", "−1.23", "–"]);
  assertEquals([pValue(0.0004), pValue(0.04567), pValue(1)], ["< 0.001", "0.046", "1.000"]);
  assertEquals([count(0, "prompt"), count(1, "prompt"), count(12345, "prompt")], [
    ...["0 prompts", "1 prompt", "12,345 prompts"],
  ]);
  assertEquals(interval({ low: -0.1, high: 0.2 }), "−10.0 to 20.0\u202f%");
  assertEquals([list([]), list(["a"]), list(["a", "b", "c"])], ["", "a", "a, b and c"]);
  assertEquals([cut("abc", 3), cut("abcd", 3)], ["abc", "abc … (1 characters more)"]);
});
