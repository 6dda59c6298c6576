import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { promptsNeeded } from "../stats/power.ts";
import { wilson } from "../stats/wilson.ts";
import { swapped } from "./evaluation.ts";
import { evaluations, largeEvaluations, responsesTo, verdict } from "./fakes.ts";
import { summarise, type Summary } from "./summarise.ts";

const prompts = ["p1", "p2", "p3", "p4", "p5", "p6"];
const responses = responsesTo(prompts, ["sft", "ppo"]);

Deno.test("summarise() gives the numbers that one finds by hand", () => {
  const games = [{ first: "a", winner: "a" }, { first: "b", winner: "b" }] as const; // whoever stands first
  const verdicts = [
    verdict("ann", "p1", "sft", "ppo", "a"),
    verdict("ann", "p2", "ppo", "sft", "a"), // the other way round: sft loses
    verdict("ann", "p3", "sft", "ppo", "b"),
    { ...verdict("ann", "p4", "ppo", "sft", "tie"), games },
    verdict("ann", "p5", "ppo", "sft", "a"),
    verdict("ann", "p6", "sft", "ppo", "invalid"),
  ];
  const { policies, prompts: count, judges } = summarise({ responses, verdicts });
  assertEquals(count, 6);
  assertEquals(policies.map(({ name, responses, length }) => [name, responses, length.mean]), [
    ["sft", 6, "Response 0 to p1".length],
    ["ppo", 6, "Response 1 to p1!".length],
  ]);
  assertEquals(judges.length, 1);
  const [found] = judges[0]!.comparisons;
  const { a, b, win, tie, lose, invalid, invalidRate, bounds, rate, withoutTies, sign, reasons, order, lengths } =
    found!;
  assertEquals([a, b, win, tie, lose, invalid], ["sft", "ppo", 1, 1, 3, 1]);
  assertEquals(rate.mean, 0.3);
  assert(rate.low >= 0 && rate.low < 0.3 && rate.high > 0.3);
  assertEquals(found!.wilson, wilson(1.5, 5));
  assertEquals([invalidRate, withoutTies], [1 / 6, 1 / 4]);
  assertEquals([bounds.low, bounds.high], [1.5 / 6, 2.5 / 6]);
  assertAlmostEquals(sign.p, 2 * (1 + 4) / 16, 1e-12);
  assertEquals(sign.holm, sign.p);
  assertEquals(reasons, [{ reason: "no verdict was found", count: 1 }]);
  assertEquals([order.consistency.mean, order.firstRate.mean], [0, 1]);
  assertEquals(lengths, { a: 16, b: 17 });
  assert("refused" in found!.lengthControlled);
  assertEquals(found!.promptsNeeded, promptsNeeded({ rate: 0.3, ties: 0.2 }));
});

Deno.test("summarise() adjusts p-values over the pairs of a judge, and not over judges", () => {
  const many = Array.from({ length: 10 }, (_, i) => `q${i}`);
  const three = responsesTo(many, ["x", "y", "z"]);
  const won = (judge: string, a: string, b: string, losses: number) =>
    many.map((id, i) => verdict(judge, id, a, b, i < losses ? "b" : "a"));
  const verdicts = [
    ...won("ann", "x", "y", 0),
    ...won("ann", "x", "z", 1),
    ...won("ann", "y", "z", 5),
    ...won("bob", "x", "y", 1),
  ];
  const { judges } = summarise({ responses: three, verdicts });
  const signs = judges.map(({ comparisons }) => comparisons.map(({ sign }) => sign));
  assertEquals(signs[0]!.map(({ p }) => Math.round(p * 512)), [1, 11, 512]);
  assertEquals(signs[0]!.map(({ holm }) => Math.round(holm * 512)), [3, 22, 512]);
  assertEquals(signs[1]!.map(({ holm }) => Math.round(holm * 512)), [11]);
});

const rounds = 20;
const anySize = fc.oneof({ weight: 3, arbitrary: evaluations }, { weight: 1, arbitrary: largeEvaluations });

Deno.test("summarise() counts every verdict once", () => {
  fc.assert(
    fc.property(evaluations, (evaluation) => {
      const { judges } = summarise(evaluation, { rounds });
      let all = 0;
      for (const { win, tie, lose, invalid, reasons } of judges.flatMap(({ comparisons }) => comparisons)) {
        all += win + tie + lose + invalid;
        assertEquals(reasons.reduce((sum, { count }) => sum + count, 0), invalid);
      }
      assertEquals(all, evaluation.verdicts.length);
    }),
    { numRuns: 30 },
  );
});

Deno.test("summarise() has the same bits when every row is turned, and in any order of rows", () => {
  fc.assert(
    fc.property(anySize, fc.infiniteStream(fc.nat()), (evaluation, keys) => {
      const policies = [...new Set(evaluation.responses.map(({ policy }) => policy))];
      const shuffled = <T>(rows: readonly T[]) =>
        rows.map((row) => ({ row, key: keys.next().value as number })).sort((x, y) => x.key - y.key).map(({ row }) =>
          row
        );
      const plain = summarise(evaluation, { rounds });
      const { responses, verdicts } = evaluation;
      assertEquals(summarise({ responses, verdicts: verdicts.map(swapped) }, { rounds }), plain);
      const mixed = { responses: shuffled(responses), verdicts: shuffled(verdicts) };
      assertEquals(summarise(mixed, { policies, rounds }), plain);
    }),
    { numRuns: 30 },
  );
});

/** A summary with other names of policies. */
function renamed(summary: Summary, name: (policy: string) => string): unknown {
  const fields: readonly string[] = ["a", "b", "name", "policy"];
  const sets: readonly string[] = ["groups", "undefeated", "winless"];
  return JSON.parse(JSON.stringify(summary, (key, value) => {
    if (sets.includes(key)) return value.map((set: string[]) => set.map(name));
    if (fields.includes(key) && typeof value === "string") return name(value);
    return Number.isNaN(value) ? "NaN" : value;
  }));
}

Deno.test("summarise() takes names of policies for labels: other names change nothing else", () => {
  fc.assert(
    fc.property(anySize, ({ responses, verdicts }) => {
      const names = [...new Set(responses.map(({ policy }) => policy))];
      const name = (policy: string) => `${99 - names.indexOf(policy)} of them`; // sorts the other way round
      const other = summarise({
        responses: responses.map((row) => ({ ...row, policy: name(row.policy) })),
        verdicts: verdicts.map((row) => ({ ...row, a: name(row.a), b: name(row.b) })),
      }, { rounds });
      assertEquals(renamed(other, (policy) => policy), renamed(summarise({ responses, verdicts }, { rounds }), name));
    }),
    { numRuns: 30 },
  );
});

Deno.test("summarise() rates more than two policies, and says where strengths have no end", () => {
  const three = responsesTo(prompts, ["x", "y", "z"]);
  const verdicts = prompts.flatMap((id, i) => [
    verdict("ann", id, "x", "y", i < 4 ? "b" : "a"),
    verdict("ann", id, "z", "x", "a"),
    verdict("bob", id, "z", "x", "a"),
  ]);
  const [ann, bob] = summarise({ responses: three, verdicts }, { rounds }).judges;
  assert(ann?.ratings && "policies" in ann.ratings);
  assertEquals(ann.ratings.policies.map(({ policy }) => policy), ["x", "y", "z"]);
  assertEquals([ann.ratings.undefeated, ann.ratings.determined], [[["z"]], false]);
  const [x, y, z] = ann.ratings.policies.map(({ strength }) => strength.mean);
  assert(x! < y! && y! < z!);
  assertEquals(bob?.ratings, undefined);
  const invalid = verdict("bob", "p1", "z", "y", "invalid"); // no match, so that bob still knows two policies
  assertEquals(
    summarise({ responses: three, verdicts: [...verdicts, invalid] }, { rounds }).judges[1]?.ratings,
    undefined,
  );
});

Deno.test("summarise() rates a dozen policies in their order", () => {
  const names = Array.from({ length: 12 }, (_, i) => `policy ${12 - i}`);
  const verdicts = names.slice(1).flatMap((name, i) => prompts.map((id) => verdict("ann", id, names[i]!, name, "tie")));
  const { ratings } = summarise({ responses: responsesTo(prompts, names), verdicts }, { rounds }).judges[0]!;
  assert(ratings && "policies" in ratings);
  assertEquals(ratings.policies.map(({ policy }) => policy), names);
});

Deno.test("summarise() says how many prompts it takes where nothing was shown, and there alone", () => {
  const many = Array.from({ length: 40 }, (_, i) => `q${i}`);
  const of = (wins: number) => {
    const verdicts = many.map((id, i) => verdict("ann", id, "sft", "ppo", i < wins ? "a" : "b"));
    return summarise({ responses: responsesTo(many, ["sft", "ppo"]), verdicts }).judges[0]!.comparisons[0]!
      .promptsNeeded;
  };
  assertEquals([of(22), of(40), of(0)], [promptsNeeded({ rate: 0.55 }), undefined, undefined]);
  assertEquals(of(20), { refused: "Expected a rate that is 0.01 or more away from ½ but found 0.500" });
});

Deno.test("summarise() takes one win among ties for what it is, though floating point makes it more", () => {
  const verdicts = prompts.map((id, i) => verdict("ann", id, "sft", "ppo", i === 0 ? "a" : "tie"));
  const { rate, promptsNeeded: needed } = summarise({ responses, verdicts }).judges[0]!.comparisons[0]!;
  assert(rate.mean > 1 - 5 / 6 / 2); // by one bit
  assertEquals(needed, promptsNeeded({ rate: 1 - 5 / 6 / 2, ties: 5 / 6 }));
});

Deno.test("summarise() puts the most frequent reason first", () => {
  const reasons = ["b", "c", "a", "c", "b", "c"];
  const verdicts = reasons.map((reason, i) => ({
    ...{ judge: "ann", promptId: prompts[i]!, a: "sft", b: "ppo", winner: "invalid" as const, reason },
  }));
  assertEquals(summarise({ responses, verdicts }).judges[0]!.comparisons[0]!.reasons, [
    { reason: "c", count: 3 },
    { reason: "b", count: 2 },
    { reason: "a", count: 1 },
  ]);
});

Deno.test("summarise() draws every interval by its seed and rounds", () => {
  const many = Array.from({ length: 40 }, (_, i) => `q${i}`);
  const of = (seed: number, rounds: number) => {
    const three = responsesTo(many, ["x", "y", "z"]).map((row, i) => ({ ...row, response: "!".repeat(i % 7) }));
    const verdicts = ["ann", "bob"].flatMap((judge, j) =>
      [["x", "y"], ["y", "z"], ["z", "x"]].flatMap(([a, b], k) =>
        many.map((id, i) => verdict(judge, id, a!, b!, (i * (j + 2) + k) % 5 > 1 ? "a" : "b"))
      )
    );
    const { policies, judges: [ann], agreements } = summarise({ responses: three, verdicts }, { seed, rounds });
    const [ratings, found] = [ann!.ratings!, agreements[0]!.found];
    assert("policies" in ratings && "kappa" in found);
    return [policies[0]!.length, ann!.comparisons[0]!.rate, ratings.policies[0]!.strength, found.gaps[0]!.gap]
      .map(({ low, high }) => `${low} ${high}`);
  };
  const first = of(0, 50);
  assertEquals(of(0, 50), first);
  const others = [of(1, 50), of(2, 50), of(0, 10)];
  first.forEach((interval, i) => assert(others.some((other) => other[i] !== interval), `${i} is ${interval} always`));
});

Deno.test("summarise() counts characters, not halves of them, and controls for length", () => {
  const many = Array.from({ length: 40 }, (_, i) => `q${i}`);
  const longer = (i: number) => i % 8 - 3;
  const responses = responsesTo(many, ["sft", "ppo"]).map((row, i) => ({
    ...row,
    response: "🙂".repeat(row.policy === "sft" ? 10 + longer(i % 40) : 10),
  }));
  const verdicts = many.map((id, i) =>
    verdict("ann", id, "sft", "ppo", longer(i) > 0 ? "a" : longer(i) < 0 ? "b" : "tie")
  );
  const found = summarise({ responses, verdicts }, { rounds }).judges[0]!.comparisons[0]!;
  assertEquals(found.lengths, { a: 10.5, b: 10 });
  assert("rate" in found.lengthControlled && found.rate.mean > 0.55);
  assertAlmostEquals(found.lengthControlled.rate.mean, 0.5, 0.02);
  assert(found.lengthControlled.effect > 1); // the longer one is preferred
});

Deno.test("summarise() compares every two judges on what both judged", () => {
  const many = Array.from({ length: 40 }, (_, i) => `q${i}`);
  const judged = (judge: string, length: number, turned: boolean) =>
    many.slice(0, length).map((id, i) => {
      const winner = judge === "ann" || i % 4 > 0 ? "a" : "b"; // bob contradicts ann on every fourth
      const row = verdict(judge, id, "sft", "ppo", winner);
      return turned ? swapped(row) : row;
    });
  const verdicts = [...judged("ann", 40, false), ...judged("bob", 32, true), ...judged("eve", 5, true)];
  const { agreements } = summarise({ responses: responsesTo(many, ["sft", "ppo"]), verdicts }, { rounds });
  assertEquals(agreements.map(({ one, other }) => [one, other]), [["ann", "bob"], ["ann", "eve"], ["bob", "eve"]]);
  const [{ found }, few] = agreements as [typeof agreements[0], typeof agreements[0]];
  assert("kappa" in found);
  assertEquals([found.prompts, found.judge.withTies?.mean], [32, 0.75]);
  assertEquals(found.confusion.a, { a: 24, tie: 0, b: 8 });
  assertEquals(found.gaps.map(({ a, b, gap }) => [a, b, gap.mean]), [["sft", "ppo", 0.25]]);
  assert("refused" in few.found);
});

Deno.test("summarise() takes a judge of whom nothing is valid, and an evaluation without verdicts", () => {
  const { judges } = summarise({ responses, verdicts: [verdict("ann", "p1", "ppo", "sft", "invalid")] });
  const { rate, invalidRate, bounds } = judges[0]!.comparisons[0]!;
  assertEquals([rate.low, rate.high, invalidRate, bounds.low, bounds.high], [0, 1, 1, 0, 1]);
  assertEquals(summarise({ responses, verdicts: [] }).judges, []);
  assertEquals(summarise({ responses: [], verdicts: [] }).policies, []);
});

Deno.test("summarise() refuses rows that do not fit together, and names one", () => {
  const row = verdict("ann", "p1", "ppo", "sft", "a");
  assertThrows(() => summarise({ responses, verdicts: [row, swapped(row)] }), RangeError, "verdict 2, of judge");
});
