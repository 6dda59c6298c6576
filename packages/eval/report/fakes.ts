/** Evaluations for tests: made from a few words, or drawn. */
import fc from "fast-check";
import type { ResponseRow, VerdictRow } from "../rows.ts";
import type { Game, Winner } from "../verdict.ts";
import type { Evaluation } from "./evaluation.ts";

/** A verdict on a pair: who wins, and why if nobody does. */
export function verdict(judge: string, promptId: string, a: string, b: string, winner: Winner): VerdictRow {
  const row = { judge, promptId, a, b };
  return winner === "invalid" ? { ...row, winner, reason: "no verdict was found" } : { ...row, winner };
}

/** Responses of policies to prompts; each text is told from others. */
export function responsesTo(prompts: readonly string[], policies: readonly string[]): ResponseRow[] {
  return policies.flatMap((policy, i) =>
    prompts.map((promptId) => ({
      ...{ policy, promptId, prompt: `Prompt ${promptId}?` },
      response: `Response ${i} to ${promptId}${"!".repeat(i)}`,
    }))
  );
}

const winner = fc.constantFrom<Winner>("a", "b", "tie", "invalid");

const game: fc.Arbitrary<Game> = fc.record({
  first: fc.constantFrom("a", "b"),
  winner,
  reason: fc.string({ unit: "binary", maxLength: 8 }),
  rationale: fc.string({ unit: "binary", maxLength: 8 }),
}, { requiredKeys: ["first", "winner"] });

/** Any text that JavaScript can hold, halves of surrogate pairs included. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("", " ", "=1+1", "\ud800", "\udc00\ud800", "\u2028", '"', "\r\n", "\0", "\ufeff", "__proto__"),
);

/** Names of policies, judges or prompts: any texts, all different. */
const names = (minLength: number, maxLength: number) => fc.uniqueArray(anyText, { minLength, maxLength });

const cell = fc.record({
  winner,
  swap: fc.boolean(),
  missing: fc.nat({ max: 4 }).map((n) => n === 0),
  games: fc.option(fc.tuple(game, game), { nil: undefined }),
  members: fc.option(fc.dictionary(fc.string({ maxLength: 4 }), winner), { nil: undefined }),
});

const evaluationsOf = (prompts: fc.Arbitrary<string[]>): fc.Arbitrary<Evaluation> =>
  fc.record({
    policies: names(2, 4),
    prompts,
    judges: names(1, 3),
    texts: fc.array(anyText, { minLength: 1, maxLength: 30 }),
    cells: fc.array(cell, { minLength: 1, maxLength: 50 }),
  }).map(({ policies, prompts, judges, texts, cells }) => {
    let [text, at] = [0, 0];
    const nextText = () => texts[text++ % texts.length]!;
    const promptOf = new Map(prompts.map((id) => [id, nextText()]));
    const responses = policies.flatMap((policy) =>
      prompts.map((promptId) => ({ policy, promptId, prompt: promptOf.get(promptId)!, response: nextText() }))
    );
    const verdicts = judges.flatMap((judge) =>
      prompts.flatMap((promptId) =>
        policies.flatMap((one, i) =>
          policies.slice(i + 1).flatMap((other) => {
            const { winner, swap, missing, games, members } = cells[at++ % cells.length]!;
            if (missing) return [];
            const [a, b] = swap ? [other, one] : [one, other];
            return [{ ...verdict(judge, promptId, a, b, winner), ...games && { games }, ...members && { members } }];
          })
        )
      )
    );
    return { responses, verdicts };
  });

/** Evaluations of any kind: some pairs unjudged, in either order, some with games, some with members. */
export const evaluations: fc.Arbitrary<Evaluation> = evaluationsOf(names(1, 6));

/** The same with prompts enough for every statistic. */
export const largeEvaluations: fc.Arbitrary<Evaluation> = evaluationsOf(
  fc.constant(Array.from({ length: 50 }, (_, i) => `prompt ${i}`)),
);
