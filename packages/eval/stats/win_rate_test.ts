import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Verdict } from "../verdict.ts";
import { mirrored, normals } from "./fakes.ts";
import { wilson } from "./wilson.ts";
import { winRate } from "./win_rate.ts";

const invalid: Verdict = { winner: "invalid", reason: "no letter was found" };

function verdicts(counts: Readonly<Record<"a" | "tie" | "b", number>>): Verdict[] {
  return (["a", "tie", "b"] as const).flatMap((winner) => Array.from({ length: counts[winner] }, () => ({ winner })));
}

const each = (list: readonly unknown[]) => list.map((_, i) => `prompt ${i}`);

Deno.test("winRate() puts 33 wins and 34 ties of 67 above 40 wins of 100: ties are half a win", () => {
  const plain = verdicts({ a: 40, tie: 0, b: 60 });
  const tied = verdicts({ a: 33, tie: 33, b: 34 });
  assertEquals(winRate(plain, each(plain)).rate.mean, 0.4);
  assertAlmostEquals(winRate(tied, each(tied)).rate.mean, 0.495, 1e-12);
  assertAlmostEquals(winRate(tied, each(tied)).withoutTies, 33 / 67, 1e-12);
});

Deno.test("winRate() counts invalid verdicts and lets them into no rate", () => {
  const list = [...verdicts({ a: 3, tie: 0, b: 1 }), invalid, invalid];
  const { win, tie, lose, invalid: none, rate, wilson } = winRate(list, each(list));
  assertEquals([win, tie, lose, none], [3, 0, 1, 2]);
  assertEquals([rate.mean, wilson.mean], [0.75, 0.75]);
  assertThrows(() => winRate([], []), RangeError, "found none");
  assertThrows(() => winRate(list, ["p"]), RangeError, "for each of 6 verdicts but found 1");
});

Deno.test("winRate() says how far invalid verdicts could have moved the rate", () => {
  const list = [...verdicts({ a: 5, tie: 2, b: 1 }), invalid, invalid];
  const { invalidRate, bounds, rate } = winRate(list, each(list));
  assertEquals(invalidRate, 0.2);
  assertEquals(bounds, { low: 0.6, high: 0.8 }); // 6 points of 10, and 8
  assertEquals(rate.mean, 0.75);
  const { bounds: none } = winRate(list.slice(0, 8), each(list.slice(0, 8)));
  assertEquals(none, { low: 0.75, high: 0.75 });
});

Deno.test("winRate() knows nothing where every verdict is invalid, and says so", () => {
  const { win, tie, lose, invalid: none, invalidRate, ...rates } = winRate([invalid, invalid], ["p", "q"]);
  assertEquals([win, tie, lose, none, invalidRate], [0, 0, 0, 2, 1]);
  const unknown = { mean: NaN, low: 0, high: 1 };
  assertEquals(rates, { rate: unknown, wilson: unknown, bounds: { low: 0, high: 1 }, withoutTies: NaN });
});

Deno.test("winRate() adds up, and seen from B it is one minus itself", () => {
  const verdict = fc.constantFrom<Verdict>({ winner: "a" }, { winner: "b" }, { winner: "tie" }, invalid);
  fc.assert(
    fc.property(fc.array(verdict, { minLength: 1, maxLength: 60 }), (list) => {
      const [ours, theirs] = [list, list.map(mirrored)].map((verdicts) =>
        winRate(verdicts, each(list), { rounds: 200 })
      );
      assertEquals(ours!.win + ours!.tie + ours!.lose + ours!.invalid, list.length);
      assertEquals([ours!.win, ours!.tie, ours!.lose], [theirs!.lose, theirs!.tie, theirs!.win]);
      assertEquals([ours!.invalid, ours!.invalidRate], [theirs!.invalid, theirs!.invalidRate]);
      assertAlmostEquals(ours!.bounds.low, 1 - theirs!.bounds.high, 1e-12);
      if (ours!.invalidRate === 1) return;
      assert(ours!.bounds.low <= ours!.rate.mean + 1e-12 && ours!.rate.mean <= ours!.bounds.high + 1e-12);
      for (const kind of ["rate", "wilson"] as const) {
        assertAlmostEquals(ours![kind].mean, 1 - theirs![kind].mean, 1e-12);
        assertAlmostEquals(ours![kind].low, 1 - theirs![kind].high, 1e-12);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("winRate() has about Wilson's width with a verdict a prompt, and a greater one with several of a prompt", () => {
  const list = verdicts({ a: 120, tie: 0, b: 80 });
  const apart = winRate(list, each(list));
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  assertAlmostEquals(width(apart.rate) / width(apart.wilson), 1, 0.06);
  const together = winRate(list, list.map((_, i) => `prompt ${Math.floor(i / 4)}`)); // four alike a prompt
  assertAlmostEquals(width(together.rate) / width(apart.rate), 2, 0.3); // rates of 50 prompts go in steps of 0.02
});

Deno.test("winRate() is not certain where all verdicts agree: 60 wins may hide a loss, 60 ties a win and a loss", () => {
  const of = (winner: "a" | "b" | "tie") => Array.from({ length: 60 }, () => ({ winner }));
  const alone = wilson(60, 60).low;
  for (
    const [winner, low, high] of [["a", alone, 1], ["b", 0, 1 - alone], ["tie", alone / 2, 1 - alone / 2]] as const
  ) {
    const { rate } = winRate(of(winner), each(of(winner)));
    assertAlmostEquals(rate.low, low, 1e-12);
    assertAlmostEquals(rate.high, high, 1e-12);
  }
  const { rate } = winRate(of("a"), of("a").map((_, i) => `prompt ${i % 3}`)); // three prompts say less than sixty
  assertAlmostEquals(rate.low, wilson(3, 3).low, 1e-12);
});

Deno.test("winRate() of games in both orders holds the truth in 93 to 97 % of 1,000 experiments; without prompts it does not", () => {
  // A wins a game if the prompt's liking of it, 0.3 + z, and 0.3 for standing first, or against, and a little luck are above 0.
  const truth = 0.6086257330029334; // (Φ(0.6 / √1.09) + ½) / 2
  const draw = normals(8);
  let [held, naive] = [0, 0];
  for (let run = 0; run < 1000; run++) {
    const [list, prompts]: [Verdict[], string[]] = [[], []];
    for (let prompt = 0; prompt < 100; prompt++) {
      const liking = 0.3 + draw();
      for (const first of [0.3, -0.3]) {
        list.push({ winner: liking + first + 0.3 * draw() > 0 ? "a" : "b" });
        prompts.push(`${prompt}`);
      }
    }
    const together = winRate(list, prompts, { rounds: 400, seed: run }).rate;
    if (together.low <= truth && truth <= together.high) held++;
    const apart = winRate(list, each(list), { rounds: 200, seed: run }).rate;
    if (apart.low <= truth && truth <= apart.high) naive++;
  }
  assert(held >= 930 && held <= 970, `${held}`);
  assert(naive < 900, `${naive}`);
});
