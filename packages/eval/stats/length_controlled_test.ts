import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { mirrored, normals, uniforms } from "./fakes.ts";
import { type LengthControlled, lengthControlled, type LengthRow } from "./length_controlled.ts";

/** Sixty verdicts, two a prompt, of a judge who looks at length and something else. */
const fixed: readonly LengthRow[] = Array.from({ length: 60 }, (_, i) => {
  const longer = (37 * i) % 101 - 40;
  const score = longer / 40 + ((53 * i) % 97 - 40) / 30;
  const winner = score > 0.3 ? "a" : score < -0.3 ? "b" : "tie";
  return { promptId: `${i >> 1}`, winner, lengthA: 100 + longer, lengthB: 100 };
});

function found(rows: readonly LengthRow[], ridge?: number): LengthControlled {
  const result = lengthControlled(rows, { ridge });
  assert("rate" in result, JSON.stringify(result));
  return result;
}

function refused(rows: readonly LengthRow[], ridge?: number): string {
  const result = lengthControlled(rows, { ridge });
  assert("refused" in result, JSON.stringify(result));
  return result.refused;
}

/** The same pairs with A and B the other way round. */
function swapped(rows: readonly LengthRow[]): LengthRow[] {
  return rows.map((row) => ({
    ...row,
    winner: mirrored(row as { winner: "a" }).winner,
    lengthA: row.lengthB,
    lengthB: row.lengthA,
  }));
}

/** Verdicts with P(A wins) = σ(θ + φ tanh(Δ / 100)), Δ normal around `shift` with deviation 100. */
function drawn(seed: number, { n = 400, theta = 0, phi = 1.5, shift = 60, games = 1 } = {}): LengthRow[] {
  const [normal, uniform] = [normals(seed), uniforms(seed + 1e6)];
  return Array.from({ length: n }, (_, i) => {
    const longer = Math.round(shift + 100 * normal());
    const chance = 1 / (1 + Math.exp(-theta - phi * Math.tanh(longer / 100)));
    const luck = uniform();
    return Array.from({ length: games }, (): LengthRow => ({
      ...{ promptId: `${i}`, lengthA: 1000 + longer, lengthB: 1000 },
      winner: luck < chance ? "a" : "b",
    }));
  }).flat();
}

Deno.test("lengthControlled() finds what SciPy's minimiser finds, with the same sandwich, for each ridge", () => {
  const known = [
    [0, 1.8107477860896837, 0.6071242659578395, 0.5130124094743965, 0.6939006054929152],
    [0.1, 1.7658800986538081, 0.6071537379819445, 0.5141955580138138, 0.6929463057352337],
    [5, 0.8780031568533557, 0.6158076328483204, 0.5350361200412295, 0.6906602764838393],
  ] as const;
  for (const [ridge, effect, mean, low, high] of known) {
    const result = found(fixed, ridge);
    assertAlmostEquals(result.raw, 0.6416666666666667, 1e-12);
    assertAlmostEquals(result.effect, effect, 1e-6);
    assertAlmostEquals(result.rate.mean, mean, 1e-6);
    assertAlmostEquals(result.rate.low, low, 1e-6);
    assertAlmostEquals(result.rate.high, high, 1e-6);
    assertEquals([result.separated, result.prompts], [false, 30]);
  }
});

Deno.test("lengthControlled() seen from B is one minus itself, and rows may come in any order", () => {
  for (const rows of [fixed, drawn(1, { theta: 0.7 }), drawn(2, { phi: -1 })]) {
    const [ours, theirs, turned] = [found(rows), found(swapped(rows)), found(rows.toReversed())];
    for (const [x, y] of [["mean", "mean"], ["low", "high"], ["high", "low"]] as const) {
      assertAlmostEquals(theirs.rate[x], 1 - ours.rate[y], 1e-9);
      assertAlmostEquals(turned.rate[x], ours.rate[x], 1e-9);
    }
    assertAlmostEquals(theirs.effect, ours.effect, 1e-8);
  }
});

Deno.test("lengthControlled() of a policy against itself is ½: of its own words, and of both sides of all pairs", () => {
  const same = drawn(3).map((row): LengthRow => ({ ...row, winner: "tie", lengthB: row.lengthA }));
  const { rate, effect } = found(same);
  assertEquals([rate.mean, effect], [0.5, 0]);
  assert(rate.low < 0.5 && rate.high > 0.5);
  const rows = drawn(4, { theta: 0.5 });
  assertAlmostEquals(found([...rows, ...swapped(rows)]).rate.mean, 0.5, 1e-9);
});

Deno.test("lengthControlled() of a judge who prefers the longer one: raw is not ½, length-controlled it is about ½", () => {
  const likely = found(drawn(5, { n: 1000 }));
  assert(likely.raw > 0.6 && Math.abs(likely.rate.mean - 0.5) < 0.05 && !likely.separated);
  const always = drawn(6).map((row): LengthRow => ({
    ...row,
    winner: row.lengthA > row.lengthB ? "a" : row.lengthA < row.lengthB ? "b" : "tie",
  }));
  const certain = found(always);
  assert(certain.raw > 0.7 && Math.abs(certain.rate.mean - 0.5) < 0.05 && certain.separated, JSON.stringify(certain));
  assert(certain.rate.high - certain.rate.low > 0.25); // few pairs are as long
});

Deno.test("lengthControlled() holds the truth in 93 to 97 % of 1,000 experiments, also with four alike a prompt", () => {
  for (const games of [1, 4]) {
    let held = 0;
    for (let run = 0; run < 1000; run++) {
      const { rate } = found(drawn(run, { n: 120, theta: 0.4, games }));
      if (rate.low <= 0.598687660112452 && rate.high >= 0.598687660112452) held++; // σ(0.4)
    }
    assert(held >= 930 && held <= 970, `${games}: ${held}`);
  }
});

Deno.test("lengthControlled() refuses with a reason: few prompts, one length, wins alone, no overlap of lengths", () => {
  const rows = drawn(7, { n: 40 });
  assertEquals(refused(rows.slice(0, 29)), "Expected valid verdicts on 30 prompts or more but found 29: judge more");
  assert("refused" in lengthControlled(rows.map((row) => ({ ...row, winner: "invalid" as const }))));
  assert(refused(rows.map((row) => ({ ...row, lengthA: 7, lengthB: 5 }))).includes("but found 40 and 0"));
  assert(refused(rows.map((row) => ({ ...row, lengthA: 7, lengthB: 7 }))).includes("lengths that differ"));
  assert(refused(rows.map((row) => ({ ...row, winner: "a" as const }))).includes("similar lengths"));
  const apart = rows.map((row, i) => ({
    ...row,
    lengthA: 90 + i, // the longer one loses up to a difference of 10, and wins above
    winner: i < 20 ? "b" as const : "a" as const,
    lengthB: 100,
  }));
  assert(refused(apart).includes("similar lengths"));
  const longest = rows.map((row, i) => ({
    ...row,
    lengthA: 100 + i - 20,
    lengthB: 100,
    winner: i < 20 ? "b" as const : "a" as const,
  }));
  assert(refused(longest, 0).includes("without a ridge"));
});

Deno.test("lengthControlled() refuses where one side is nearly always the longer one: the fit would give the raw rate", () => {
  const length = (longer: number) => ({ lengthA: 100 + longer, lengthB: 100 });
  const winner = (i: number) => i % 5 ? "a" as const : "b" as const; // whatever the lengths are
  const rows = (shorter: number) =>
    Array.from({ length: 40 }, (_, i): LengthRow => ({
      ...{ promptId: `${i}`, winner: winner(i) },
      ...length(i < shorter ? -1 - i : 50 + i),
    }));
  assert(refused(rows(4)).includes("but found 36 and 4: what equal length does"));
  assert(refused(swapped(rows(4))).includes("but found 4 and 36"));
  assert("rate" in lengthControlled(rows(5)));
  const ties = rows(0).map((row) => ({ ...row, winner: "tie" as const }));
  assert(refused(ties).includes("but found 40 and 0"));
  // Prompts are counted, not the verdicts on them.
  assert(refused(rows(4).flatMap((row) => [row, row])).includes("but found 36 and 4"));
});

Deno.test("lengthControlled() refuses lengths and options that are none", () => {
  assertThrows(() => lengthControlled([{ ...fixed[0]!, lengthA: -1 }]), RangeError, "but found -1");
  assertThrows(() => lengthControlled([{ ...fixed[0]!, lengthB: NaN }]), RangeError, "NaN");
  assertThrows(() => lengthControlled(fixed, { ridge: -1 }), RangeError, "ridge");
  assertThrows(() => lengthControlled(fixed, { leastPrompts: 0 }), RangeError, "leastPrompts");
});
