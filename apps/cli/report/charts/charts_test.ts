import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { textOf } from "@tare/eval/report";
import { assertBalanced } from "../fakes.ts";
import { box } from "./frame.ts";
import { intervalGlyph, shareBar } from "./glyphs.ts";
import { groupChart } from "./groups.ts";
import { histogram, momentsOf } from "./histogram.ts";
import { lineChart } from "./lines.ts";
import { spreadChart } from "./spread.ts";

const words = { title: "A <b> & so on", x: "iteration" };
const numbersIn = (text: string) => [...text.matchAll(/-?\d+(\.\d+)?/g)].map(([number]) => Number(number));

/** The points of a path of straight lines. */
function pathOf(svg: string, style: string): number[][] {
  const d = new RegExp(`class="${style}" d="([^"]*)"`).exec(svg)![1]!;
  return d.split(/[ML]/).slice(1).map(numbersIn);
}

Deno.test("lineChart() puts the extremes inside its axes, higher numbers higher, and says them in words", () => {
  const points = [{ x: 0, y: 1 }, { x: 5, y: 3 }, { x: 10, y: 2 }];
  const svg = textOf(lineChart(words, [{ name: "ppo", style: "c1", points }], "few"));
  assertBalanced(svg);
  const [first, second, third] = pathOf(svg, "line") as [number[], number[], number[]];
  assertEquals([first[0], third[0]], [box.left, box.right]);
  assertAlmostEquals(second[0]!, (box.left! + box.right!) / 2, 0.11);
  assert(second[1]! < third[1]! && third[1]! < first[1]!);
  for (const [, y] of [first, second, third]) assert(y! >= box.top! && y! <= box.bottom!);
  assertStringIncludes(svg, "<desc>ppo: from 1.00 to 2.00</desc>");
  assertStringIncludes(svg, "<title>A &lt;b&gt; &amp; so on</title>");
});

Deno.test("lineChart() draws nothing, one point, equal points and very many", () => {
  const flat = [{ x: 1, y: 4 }, { x: 2, y: 4 }];
  const many = Array.from({ length: 20000 }, (_, x) => ({ x, y: Math.sin(x) }));
  for (const points of [[], flat.slice(1), flat, many]) {
    for (const drawn of ["few", "noisy"] as const) {
      const svg = textOf(
        lineChart(words, [{ name: "a", style: "c1", points: drawn === "few" ? points.slice(-9) : points }], drawn),
      );
      assertBalanced(svg);
      assert(!/NaN|Infinity|undefined/.test(svg), svg);
      assert(svg.length < 20000, `${svg.length} letters`);
    }
  }
});

Deno.test("histogram() draws shares that sum to one for each group, wherever its numbers lie", () => {
  const values = Array.from({ length: 1000 }, (_, i) => i === 0 ? -1e6 : i % 10);
  const svg = textOf(
    histogram(words, [{ name: "all", style: "c1", values }, { name: "one", style: "c2", values: [5] }]),
  );
  assertBalanced(svg);
  assert(!svg.includes("NaN"));
  const heights = svg.split('class="outline"').slice(1).map((rest) => {
    const d = /d="([^"]*)"/.exec(rest)![1]!;
    const ys = [...d.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    // Steps: each second point goes up or down at the same x, so every bar is one horizontal piece.
    return ys.flatMap(([x, y], i) => i > 0 && x > ys[i - 1]![0] && y === ys[i - 1]![1] ? [box.bottom! - y] : []);
  });
  const total = (bars: readonly number[]) => bars.reduce((sum, bar) => sum + bar, 0);
  assertAlmostEquals(total(heights[0]!), total(heights[1]!), 3);
  assertEquals(heights.map((bars) => bars.length), [36, 36]);
});

Deno.test("momentsOf() gives mean and standard deviation of a sample", () => {
  assertEquals(momentsOf([2, 4, 4, 4, 5, 5, 7, 9]), { mean: 5, deviation: Math.sqrt(32 / 7) });
});

Deno.test("groupChart() draws each number on its interval, with zero on the axis", () => {
  const estimates = [{ value: 2, low: 1, high: 3 }, { value: 4, low: 3.5, high: 4.5 }];
  const svg = textOf(groupChart(words, ["hard", "easy"], [{ name: "ppo", style: "c1", estimates }]));
  assertBalanced(svg);
  const ys = [...svg.matchAll(/class="interval"[^>]*y1="([\d.]+)" y2="([\d.]+)"\/><circle cx="[\d.]+" cy="([\d.]+)"/g)]
    .map(([, low, high, value]) => [low, value, high].map(Number));
  assertEquals(ys.length, 2);
  for (const [low, value, high] of ys) assert(low! > value! && value! > high!);
  assertStringIncludes(svg, 'class="zero"');
  assertStringIncludes(svg, "ppo: hard 2.00 (1.00 to 3.00), easy 4.00 (3.50 to 4.50)");
});

Deno.test("spreadChart() has a dot for each response, prompts in the order of their means, and few of many", () => {
  const svg = textOf(spreadChart(words, [[4, 6], [0, 2], [9, 9]], "with"));
  assertBalanced(svg);
  assertEquals(svg.match(/h0/g)!.length, 6);
  const means = pathOf(svg, "line").map(([, y]) => y!);
  assert(means[0]! > means[1]! && means[1]! > means[2]!);
  const many = Array.from({ length: 5000 }, (_, i) => [i, i + 1]);
  assertEquals(textOf(spreadChart(words, many, "with")).match(/h0/g)!.length, 300);
});

Deno.test("glyphs hold their numbers: an interval between its ends, shares that fill the bar", () => {
  const glyph = textOf(intervalGlyph({ value: 5, low: 4, high: 20 }, { ends: [0, 10], line: 0, style: "c1" }));
  const [line, low, high] = [...glyph.matchAll(/x1="([\d.]+)" x2="([\d.]+)"/g)].flatMap((
    [, a, b],
  ) => [Number(a), Number(b)])
    .filter((_, i) => i !== 1);
  assertEquals([line, low, high], [6, 41.2, 94], "what lies beyond the end stops there");
  const bar = textOf(shareBar([["c1", 0.5], ["tie", 0.2], ["c2", 0.3]]));
  const widths = [...bar.matchAll(/ width="([\d.]+)"/g)].map(([, width]) => Number(width));
  assertEquals(widths, [50, 20, 30]);
});
