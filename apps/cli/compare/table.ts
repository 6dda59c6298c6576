/** `table.json`: which policy is better, from the responses of all to the same prompts. */
import { goldTie } from "@tare/data/world";
import { clusteredMean, type Interval, type ResponseRow, type VerdictRow, type WinRate, winRate } from "@tare/eval";
import type { Drawn } from "./sample.ts";

/** What scores responses. */
export type Scorer = "gold" | "judge" | "reward";

/** All of them, with how far apart two scores may lie and be a tie. */
export const scorers: Readonly<Record<Scorer, { readonly tie: number }>> = {
  gold: { tie: goldTie },
  judge: { tie: 0 },
  reward: { tie: 0 },
};

/** What is known of a response beside its text; a file or a server may not say. */
export interface Facts {
  /** Why it ended. */
  readonly finish?: string;
  /** Its tokens, the end token included. */
  readonly length?: number;
  /** Σ log p − log q over its tokens, q being the reference; absent for the reference, and where there is no such number. */
  readonly kl?: number;
}

/** A line of `responses.jsonl`. */
export interface ScoredResponse extends ResponseRow, Facts, Partial<Readonly<Record<Scorer, number>>> {}

/** What one policy does. */
export interface ComparedPolicy extends Partial<Readonly<Record<Scorer, Interval>>> {
  /** Its name. */
  readonly name: string;
  /** Mean tokens of a response, if they are known. */
  readonly length?: number;
  /** Share of the responses that ended by themselves, if that is known. */
  readonly eosRate?: number;
  /** Mean KL against the reference, in nats a response. */
  readonly kl?: number;
}

/** Two policies on the same prompts, seen from the side of `a`. */
export interface ComparedPair extends Pick<WinRate, "win" | "tie" | "lose" | "invalid" | "bounds" | "rate" | "wilson"> {
  /** One policy. */
  readonly a: string;
  /** The other: it comes earlier in the list. */
  readonly b: string;
  /** What scored them, or the name of the judge that was asked. */
  readonly by: string;
  /** Mean of a's scores minus b's, prompt by prompt, where there are scores. */
  readonly difference?: Interval;
}

/** What is in `table.json`. */
export interface ComparisonTable {
  /** The policy that KL is measured against: the first. */
  readonly reference: string;
  /** Policies, in the order in which they were given. */
  readonly policies: readonly ComparedPolicy[];
  /** Every two policies that were compared, by everything that compared them. */
  readonly pairs: readonly ComparedPair[];
  /** How many prompts there were. */
  readonly prompts: number;
  /** Seed of the responses and of the intervals. */
  readonly seed: number;
  /** What the intervals are, and what they are not. */
  readonly note: string;
}

/** Lines of `responses.jsonl`: those of a policy together, and scores in the same order. */
export function responseRows(
  drawn: readonly Drawn[],
  scores: Readonly<Partial<Record<Scorer, readonly number[]>>>,
): ScoredResponse[] {
  const rows = drawn.flatMap(({ name, episodes, facts }) =>
    episodes.map(({ promptId, prompt, response }, i) => ({ policy: name, promptId, prompt, response, ...facts[i] }))
  );
  return rows.map((row, i) => ({
    ...row,
    ...Object.fromEntries(Object.entries(scores).map(([scorer, numbers]) => [scorer, numbers[i]!])),
  }));
}

/** What the intervals are, and what they are not. */
const note =
  "One response of each policy to each prompt. Intervals are 95 %, by a bootstrap clustered by prompt: how much " +
  "would change with other prompts. The spread between training runs is not in them; that takes several seeds.";

/**
 * Makes the table. It is a function of the two files, so that it can be made again from them.
 *
 * @param responses One of each policy to each prompt, policy by policy, prompts in one order, all scored by the same.
 * @param verdicts What was found of them; the first of two policies is the later one in the responses.
 * @param seed Of the bootstrap.
 */
export function comparisonTable(
  responses: readonly ScoredResponse[],
  verdicts: readonly VerdictRow[],
  seed: number,
): ComparisonTable {
  const policies = Map.groupBy(responses, ({ policy }) => policy);
  const [first] = policies.values();
  const promptIds = first!.map(({ promptId }) => promptId);
  const interval = (values: readonly number[]) => clusteredMean(values, promptIds, { seed });
  const scoresOf = (name: string, scorer: Scorer) => policies.get(name)!.map((response) => response[scorer]!);
  const groups = Map.groupBy(verdicts, ({ judge, a, b }) => JSON.stringify([a, b, judge]));
  return {
    reference: first![0]!.policy,
    policies: [...policies].map(([name, own]) => ({
      name,
      ...Object.fromEntries(scorersOf(first!).map((scorer) => [scorer, interval(scoresOf(name, scorer))])),
      ...whole("length", own.map(({ length }) => length)),
      ...whole("eosRate", own.map(({ finish }) => finish && (finish === "eos" ? 1 : 0))),
      ...whole("kl", own.map(({ kl }) => kl)),
    })),
    pairs: [...groups.values()].map((rows) => {
      const group = rows.toSorted((one, two) => one.promptId < two.promptId ? -1 : 1); // as reports have them: equal intervals
      const { a, b, judge: by } = group[0]!;
      const { win, tie, lose, invalid, bounds, rate, wilson } = winRate(group, group.map(({ promptId }) => promptId), {
        seed,
      });
      const scorer = scorersOf(first!).find((scorer) => scorer === by);
      const theirs = scorer && scoresOf(b, scorer);
      const gaps = scorer && scoresOf(a, scorer).map((score, i) => score - theirs![i]!);
      return { a, b, by, win, tie, lose, invalid, bounds, rate, wilson, ...gaps && { difference: interval(gaps) } };
    }),
    prompts: promptIds.length,
    ...{ seed, note },
  };
}

/** What scored responses: all of them, or none. */
export function scorersOf([first]: readonly ScoredResponse[]): Scorer[] {
  return (Object.keys(scorers) as Scorer[]).filter((scorer) => first![scorer] !== undefined);
}

/** A mean by its name, if all numbers of it are known. */
function whole(name: string, values: readonly (number | string | undefined)[]): Record<string, number> {
  const known = values.filter((value) => typeof value === "number");
  return known.length === values.length ? { [name]: known.reduce((sum, value) => sum + value, 0) / known.length } : {};
}
