import { assertAlmostEquals, assertEquals } from "@std/assert";
import { smooth, thin, windowOf } from "./points.ts";

const ramp = (length: number) => Array.from({ length }, (_, i) => ({ x: i, y: 2 * i }));

Deno.test("thin() leaves few points as they are, and takes means of neighbours where there are many", () => {
  assertEquals(thin(ramp(200)), ramp(200));
  const thinned = thin(ramp(1000), 100);
  assertEquals([thinned.length, thinned[0], thinned.at(-1)], [100, { x: 4.5, y: 9 }, { x: 994.5, y: 1989 }]);
  assertEquals(thin(ramp(5), 2), [{ x: 1, y: 2 }, { x: 3.5, y: 7 }]);
});

Deno.test("smooth() takes the mean of a window that is whole, and has no point where it is not", () => {
  assertEquals([windowOf(6), windowOf(40), windowOf(200)], [1, 5, 21]);
  assertEquals(smooth(ramp(6)), ramp(6));
  const curve = smooth(ramp(40).map(({ x, y }) => ({ x, y: y + (x % 5 === 0 ? 5 : 0) })));
  assertEquals([curve.length, curve[0]!.x, curve.at(-1)!.x], [36, 2, 37]);
  for (const { x, y } of curve) assertAlmostEquals(y, 2 * x + 1);
  assertEquals(smooth([]), []);
});
