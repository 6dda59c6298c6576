/** What results look like on the wire. */
import { z } from "@hono/zod-openapi";
import { annotatorQuality } from "../human/study_schemas.ts";
import type { Results } from "./results.ts";

/** A number that is null in JSON where there is none: a rate of nothing. */
const rate = z.number().nullable() as unknown as z.ZodType<number>;
const count = z.int();
const refused = z.strictObject({ refused: z.string().openapi({ description: "Why there is nothing" }) })
  .openapi("Refused");

const interval = z.strictObject({ mean: rate, low: rate, high: rate })
  .openapi("Interval", { description: "An estimate and its interval of 95 %" });
const ends = z.strictObject({ low: rate, high: rate });
const coefficient = z.union([
  z.strictObject({ value: z.number() }),
  z.strictObject({ value: z.null(), reason: z.string() }),
]).openapi("Coefficient", { description: "A coefficient of agreement, or why there is none" });

const winRate = {
  ...{ win: count, tie: count, lose: count, invalid: count, invalidRate: rate },
  rate: interval.openapi({ description: "Adjusted win rate of a: (win + tie / 2) / all valid; clustered by prompt" }),
  bounds: ends.openapi({ description: "The same had all invalid verdicts been lost, and had all been won" }),
  wilson: interval,
  withoutTies: rate,
};
const pair = { a: z.string(), b: z.string() };

const order = z.strictObject({
  ...{ pairs: count, valid: count, consistent: count, consistency: interval },
  ...{ decided: count, first: count, firstRate: interval },
});
const lengthControlled = z.strictObject({
  ...{ rate: interval, raw: rate, effect: rate, separated: z.boolean(), prompts: count },
});

const comparison = z.strictObject({
  ...{ judge: z.string(), ...pair, ...winRate },
  reasons: z.array(z.strictObject({ reason: z.string(), count })),
  order: order.openapi({ description: "What the order of the responses did to the judge" }),
  sign: z.strictObject({ p: rate, holm: rate }).openapi({ description: "p-values of the sign test" }),
  lengths: z.strictObject({ a: rate, b: rate }).openapi({ description: "Mean lengths in characters" }),
  lengthControlled: z.union([lengthControlled, refused]).openapi({ description: "The win rate at equal length" }),
  promptsNeeded: z.union([z.number(), refused]).optional(),
}).openapi("Comparison");

const names = z.array(z.string());
const ratings = z.strictObject({
  policies: z.array(z.strictObject({ policy: z.string(), strength: interval, rating: interval, rank: count })),
  ...{ matches: count, invalid: count },
  ...{ groups: z.array(names), undefeated: z.array(names), winless: z.array(names), determined: z.boolean() },
}).openapi("Ratings", { description: "Strengths by Bradley and Terry" });

const same = z.strictObject({
  ...{ compared: count, withTies: interval.optional(), decided: count, withoutTies: interval.optional() },
});
const outcomes = z.strictObject({ a: count, tie: count, b: count });
const both = z.strictObject({ judge: count, people: count });
const agreement = z.union([
  z.strictObject({
    ...{ prompts: count, items: count, judge: same, people: same },
    confusion: z.strictObject({ a: outcomes, tie: outcomes, b: outcomes }),
    kappa: z.union([
      z.strictObject({ value: z.number(), observed: rate, expected: rate }),
      z.strictObject({ value: z.null(), reason: z.string(), observed: rate, expected: rate }),
    ]),
    ...{ nominal: coefficient, ordinal: coefficient },
    gaps: z.array(z.strictObject({ ...pair, prompts: count, judge: rate, people: rate, gap: interval })),
    ...{ invalid: both, unmatched: both },
  }),
  refused,
]).openapi("Agreement", { description: "How far a judge and others agree, or why that is not known" });

const people = z.strictObject({
  comparisons: z.array(z.strictObject({ ...pair, ...winRate }))
    .openapi({ description: "All votes pooled; intervals draw whole prompts" }),
  agreement: z.strictObject({ annotators: count, tasks: count, nominal: coefficient, ordinal: coefficient }),
  against: z.array(z.strictObject({ judge: z.string(), found: agreement })),
  quality: z.array(annotatorQuality),
  progress: z.strictObject({
    ...{ tasks: count, complete: count, needed: count, votes: count, skips: count, goldVotes: count },
  }),
}).openapi("People", { description: "What people found; absent without a study" });

/** Results of an evaluation. */
export const resultsSchema: z.ZodType<Results> = z.strictObject({
  ...{ id: z.string(), name: z.string() },
  version: z.string().openapi({ description: "Changes with every verdict and vote; also the entity tag" }),
  prompts: count,
  policies: z.array(z.strictObject({ name: z.string(), responses: count, length: interval })),
  judges: z.array(z.strictObject({
    ...{ judge: z.string(), comparisons: z.array(comparison), ratings: z.union([ratings, refused]).optional() },
  })),
  agreements: z.array(z.strictObject({ one: z.string(), other: z.string(), found: agreement })),
  people: people.optional(),
}).openapi("Results");
