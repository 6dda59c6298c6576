import { assertEquals } from "@std/assert";
import { count, estimate, figure, list, percent, signed } from "./format.ts";

Deno.test("figure() gives three digits, a true minus, and no more zeros than it takes", () => {
  const numbers = [0, 0.71249, -1.2345, 12.34, 1234.5, -0.0001, 123456789, -0.0000001, NaN];
  const texts = ["0.000", "0.712", "−1.23", "12.3", "1235", "−1.0e−4", "1.2e8", "−1.0e−7", "not a number"];
  assertEquals(numbers.map(figure), texts);
  assertEquals([figure(-0), signed(0.5), signed(-0.5)], ["0.000", "+0.500", "−0.500"]);
});

Deno.test("percent(), estimate(), count() and list() write what a sentence needs", () => {
  assertEquals([percent(0.6349), percent(-0.001)], ["63\u202f%", "0\u202f%"]);
  assertEquals(estimate({ value: 0.5, low: 0.4, high: 0.6 }, percent), "50\u202f% (40\u202f% to 60\u202f%)");
  assertEquals([count(1, "prompt"), count(2000, "prompt"), count(1234567, "row")], [
    ...["1 prompt", "2,000 prompts", "1,234,567 rows"],
  ]);
  assertEquals([list([]), list(["a"]), list(["a", "b"]), list(["a", "b", "c"])], ["", "a", "a and b", "a, b and c"]);
});
