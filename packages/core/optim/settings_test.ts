import { assert, assertEquals, assertThrows } from "@std/assert";
import { fillSettings, settingRules } from "./settings.ts";

const { count, positive, nonNegative, share, seed, flag, oneOf, optional } = settingRules;

Deno.test("settingRules allow what their words say, and nothing else", () => {
  const cases = [
    [count, [1, 2 ** 40], [0, 1.5, -1, NaN, "1", undefined]],
    [positive, [1e-300, 3], [0, -1, NaN, Infinity, "1"]],
    [nonNegative, [0, 3], [-1e-9, NaN, Infinity, null]],
    [share, [0, 0.5, 1], [-0.1, 1.1, NaN]],
    [seed, [0, 2 ** 32 - 1], [-1, 2 ** 32, 0.5, NaN]],
    [flag, [true, false], [0, "true", undefined]],
    [oneOf("a", "b"), ["a", "b"], ["c", "", undefined]],
    [optional(count), [undefined, 2], [0, null]],
  ] as const;
  for (const [{ fits, words }, good, bad] of cases) {
    for (const value of good) assert(fits(value), `${value} is ${words}`);
    for (const value of bad) assert(!fits(value), `${value} is not ${words}`);
  }
  assertEquals([oneOf("a", "b", "c").words, oneOf("a").words], ['"a", "b" or "c"', '"a"']);
});

Deno.test("fillSettings() fills in what is not given, and refuses by name what is unknown or out of its range", () => {
  interface Settings {
    readonly rate: number;
    readonly steps?: number;
  }
  const fill = (given: Partial<Settings>) =>
    fillSettings<Settings>(given, { rate: 1 }, { rate: positive, steps: optional(count) }, {
      ...{ of: "PPO", optional: ["steps"] },
    });
  assertEquals(fill({ rate: undefined, steps: 2 }), { rate: 1, steps: 2 });
  assertThrows(() => fill({ rate: -1 }), RangeError, "Expected rate of PPO to be above 0 but found -1");
  assertThrows(() => fill({ topK: 3 } as object), RangeError, "settings of PPO among rate, steps but found topK");
});
