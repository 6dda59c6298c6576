/** From the rows of an evaluation to what they say. */
import { clusteredMean } from "../stats/clustered_mean.ts";
import { holm } from "../stats/holm.ts";
import type { Interval } from "../stats/interval.ts";
import { signTest } from "../stats/signs.ts";
import type { BradleyTerry } from "../stats/bradley_terry.ts";
import { byCode, type Evaluation } from "./evaluation.ts";
import { type Comparison, comparisonOf, lengthOf } from "./comparison.ts";
import { type JudgedPair, orderedOf } from "./judged_pairs.ts";
import { agreementsOf, type Draws, type PairAgreement, ratingsOf } from "./ratings.ts";

/** What an evaluation says: numbers only, without the texts. */
export interface Summary {
  /** The policies in their order. */
  readonly policies: readonly PolicySummary[];
  /** How many prompts have responses. */
  readonly prompts: number;
  /** What each judge found, by the ids of judges. */
  readonly judges: readonly JudgeSummary[];
  /** How far every two judges agree on what both judged. */
  readonly agreements: readonly PairAgreement[];
  /** Seed of the bootstraps. */
  readonly seed: number;
}

/** A policy. */
export interface PolicySummary {
  /** Its name. */
  readonly name: string;
  /** How many responses it gave. */
  readonly responses: number;
  /** Their mean length in characters (Unicode's code points), over prompts. */
  readonly length: Interval;
}

/** What one judge found. */
export interface JudgeSummary {
  /** Its id. */
  readonly judge: string;
  /** Every pair of policies that it judged, in the order of policies. */
  readonly comparisons: readonly Comparison[];
  /** Strengths by Bradley and Terry where it has valid verdicts on more than two policies, or why there are none. */
  readonly ratings?: BradleyTerry | { readonly refused: string };
}

/** How {@linkcode summarise} goes about it. */
export interface SummariseOptions {
  /** Names of all policies in the order in which they are to stand. @default {as they first come in the responses} */
  readonly policies?: readonly string[];
  /** Times that each bootstrap draws prompts anew. @default {2000} */
  readonly rounds?: number;
  /** Seed of the bootstraps. @default {0} */
  readonly seed?: number;
}

/**
 * Says what an evaluation says: for every judge and every pair of policies all that one may want to know of it.
 *
 * Every pair is seen from the policy that comes first in the order of policies: rows that stand the other way round are turned,
 * with their games. Beside that order nothing depends on that of the rows, not a bit; and names of policies are but labels.
 *
 * @param evaluation Responses and verdicts.
 * @param options Order of policies, and seed.
 * @returns The summary.
 * @throws {RangeError} If a verdict is about a policy or prompt without response, rows stand twice, or the order of policies
 * does not name each once; the message names the row.
 *
 * @example Usage
 * ```ts
 * import { summarise } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * const prompts = ["p", "q", "r"].map((promptId) => ({ promptId, prompt: "Is it?" }));
 * const responses = ["sft", "ppo"].flatMap((policy) => prompts.map((prompt) => ({ ...prompt, policy, response: policy })));
 * const verdicts = [
 *   { judge: "ann", promptId: "p", a: "ppo", b: "sft", winner: "a" },
 *   { judge: "ann", promptId: "q", a: "sft", b: "ppo", winner: "b" },
 *   { judge: "ann", promptId: "r", a: "sft", b: "ppo", winner: "tie" },
 * ] as const;
 *
 * const [ann] = summarise({ responses, verdicts }).judges;
 * const { a, b, win, tie, lose, rate } = ann!.comparisons[0]!;
 * assertEquals([a, b, win, tie, lose], ["sft", "ppo", 0, 1, 2]);
 * assertEquals(rate.mean, 1 / 6);
 * ```
 */
export function summarise(evaluation: Evaluation, options: SummariseOptions = {}): Summary {
  const { policies: order, rounds = 2000, seed = 0 } = options;
  const draws = { rounds, seed };
  const ordered = orderedOf(evaluation, order);
  const { policies, judges, pairs } = ordered;
  const prompts = new Set(evaluation.responses.map(({ promptId }) => promptId));
  return {
    policies: policies.map((name) => policySummary(name, evaluation, draws)),
    prompts: prompts.size,
    judges: judges.map((judge) => judgeSummary(judge, pairs.filter((pair) => pair.judge === judge), policies, draws)),
    agreements: agreementsOf(ordered, draws),
    seed,
  };
}

function policySummary(name: string, { responses }: Evaluation, draws: Draws): PolicySummary {
  const rows = responses.filter(({ policy }) => policy === name).sort((one, two) => byCode(one.promptId, two.promptId));
  const lengths = rows.map(({ response }) => lengthOf(response));
  return {
    name,
    responses: rows.length,
    length: clusteredMean(lengths, rows.map(({ promptId }) => promptId), draws),
  };
}

function judgeSummary(
  judge: string,
  pairs: readonly JudgedPair[],
  policies: readonly string[],
  draws: Draws,
): JudgeSummary {
  const found = pairs.map((pair) => comparisonOf(pair, draws));
  const pValues = found.map(({ win, lose }) => signTest(win, lose));
  const adjusted = holm(pValues);
  const ratings = ratingsOf(pairs, policies, draws);
  return {
    judge,
    comparisons: found.map((pair, i) => ({ ...pair, sign: { p: pValues[i]!, holm: adjusted[i]! } })),
    ...ratings && { ratings },
  };
}
