import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  constantSchedule,
  cosineDecay,
  joinSchedules,
  linearDecay,
  linearWarmup,
  warmupCosine,
  warmupLinear,
} from "./schedule.ts";

Deno.test("decays go from 1 to their floor, in a line or along a cosine, and stay there", () => {
  for (const decay of [cosineDecay(8, 0.2), linearDecay(8, 0.2)]) {
    assertEquals(decay(0), 1);
    assertAlmostEquals(decay(4), 0.6, 1e-12);
    assertAlmostEquals(decay(8), 0.2, 1e-12);
    assertEquals(decay(9), decay(8));
    for (let step = 0; step < 8; step++) assert(decay(step + 1) < decay(step));
  }
  assertAlmostEquals(cosineDecay(8)(2), (1 + Math.SQRT1_2) / 2, 1e-12);
  assertEquals([cosineDecay(0, 0.5)(0), linearDecay(0, 0.5)(0)], [0.5, 0.5]);
});

Deno.test("warm-up is over after its updates, and the first update counts", () => {
  assertEquals([0, 1, 2, 3].map(linearWarmup(3)), [1 / 3, 2 / 3, 1, 1]);
  assertEquals(linearWarmup(0)(0), 1);
});

Deno.test("warmupCosine() and warmupLinear() peak where the warm-up ends and end at the floor", () => {
  for (const make of [warmupCosine, warmupLinear]) {
    const rate = make({ peak: 4e-4, warmup: 5, total: 25, floor: 1e-4 });
    const rates = Array.from({ length: 30 }, (_, step) => rate(step));
    assertEquals(Math.max(...rates), 4e-4);
    assertEquals([rates[4], rates[5]], [4e-4, 4e-4]);
    assertAlmostEquals(rates[15]!, 2.5e-4, 1e-12);
    assertAlmostEquals(rates[25]!, 1e-4, 1e-12);
    assertEquals(rates[29], rates[25]);
    assertEquals(make({ peak: 1, total: 10 })(0), 1);
    assertEquals(make({ peak: 0, total: 10 })(3), 0);
  }
});

Deno.test("joinSchedules() starts the second schedule at its own 0", () => {
  const rate = joinSchedules(constantSchedule(2), 3, (step) => step);
  assertEquals([0, 2, 3, 4].map(rate), [2, 2, 0, 1]);
});

Deno.test("schedules refuse numbers of updates that are none", () => {
  assertThrows(() => linearWarmup(1.5), RangeError, "in linearWarmup but found 1.5");
  assertThrows(() => cosineDecay(-1), RangeError, "in cosineDecay but found -1");
  assertThrows(() => warmupLinear({ peak: 1, warmup: 11, total: 10 }), RangeError, "at most total = 10 updates");
});
