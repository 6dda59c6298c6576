/** `table.json`: which policy is better, from the responses of all to the same prompts. */
import { goldTie } from "@tare/data/world";
import type { Drawn } from "./sample.ts";
import { clusteredMean, type Interval, verdictOf, type WinRate, winRate } from "@tare/eval";

/** What scores responses. */
export type Scorer = "gold" | "judge" | "reward";

/** All of them, with how far apart two scores may lie and be a tie. */
export const scorers: Readonly<Record<Scorer, { readonly tie: number }>> = {
  gold: { tie: goldTie },
  judge: { tie: 0 },
  reward: { tie: 0 },
};

/** A line of `responses.jsonl`. */
export interface ScoredResponse extends Partial<Readonly<Record<Scorer, number>>> {
  /** Name of the policy. */
  readonly policy: string;
  /** Names the prompt. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** What the policy said. */
  readonly response: string;
  /** Why it ended. */
  readonly finish: string;
  /** Its tokens, the end token included. */
  readonly length: number;
  /** Σ log p − log q over its tokens, q being the reference; absent for the reference, and where there is no such number. */
  readonly kl?: number;
}

/** What one policy does. */
export interface ComparedPolicy extends Partial<Readonly<Record<Scorer, Interval>>> {
  /** Its name. */
  readonly name: string;
  /** Mean tokens of a response. */
  readonly length: number;
  /** Share of the responses that ended by themselves. */
  readonly eosRate: number;
  /** Mean KL against the reference, in nats a response. */
  readonly kl?: number;
}

/** Two policies on the same prompts, seen from the side of `a`. */
export interface ComparedPair extends Pick<WinRate, "win" | "tie" | "lose" | "rate" | "wilson"> {
  /** One policy. */
  readonly a: string;
  /** The other: it comes earlier in the list. */
  readonly b: string;
  /** What scored them. */
  readonly by: Scorer;
  /** Mean of a's scores minus b's, prompt by prompt. */
  readonly difference: Interval;
}

/** What is in `table.json`. */
export interface ComparisonTable {
  /** The policy that KL is measured against: the first. */
  readonly reference: string;
  /** Policies, in the order in which they were given. */
  readonly policies: readonly ComparedPolicy[];
  /** Every two policies, by everything that scores. */
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
  const rows = drawn.flatMap(({ name, episodes, kl }) =>
    episodes.map(({ promptId, prompt, response, finish, tokens }, i) => ({
      ...{ policy: name, promptId, prompt, response, finish, length: tokens.length },
      ...kl && { kl: kl[i]! },
    }))
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
 * Makes the table. It is a function of the responses alone, so that it can be made again from their file.
 *
 * @param responses One of each policy to each prompt, policy by policy, prompts in one order, all scored by the same.
 * @param seed Of the bootstrap.
 */
export function comparisonTable(responses: readonly ScoredResponse[], seed: number): ComparisonTable {
  const policies = Map.groupBy(responses, ({ policy }) => policy);
  const [names, [first]] = [[...policies.keys()], [...policies.values()]];
  const promptIds = first!.map(({ promptId }) => promptId);
  const present = (Object.keys(scorers) as Scorer[]).filter((scorer) => first![0]![scorer] !== undefined);
  const scoresOf = (name: string, scorer: Scorer) => policies.get(name)!.map((response) => response[scorer]!);
  const interval = (values: readonly number[]) => clusteredMean(values, promptIds, { seed });
  const pairs = names.flatMap((a, i) => names.slice(0, i).map((b) => ({ a, b })));
  return {
    reference: names[0]!,
    policies: [...policies].map(([name, own]) => ({
      name,
      ...Object.fromEntries(present.map((scorer) => [scorer, interval(scoresOf(name, scorer))])),
      length: mean(own.map(({ length }) => length)),
      eosRate: mean(own.map(({ finish }) => finish === "eos" ? 1 : 0)),
      ...own[0]!.kl !== undefined && { kl: mean(own.map(({ kl }) => kl!)) },
    })),
    pairs: pairs.flatMap(({ a, b }) =>
      present.map((by) => {
        const [ours, theirs] = [scoresOf(a, by), scoresOf(b, by)];
        const verdicts = ours.map((score, i) => verdictOf(score, theirs[i]!, scorers[by].tie));
        const { win, tie, lose, rate, wilson } = winRate(verdicts, promptIds, { seed });
        const difference = interval(ours.map((score, i) => score - theirs[i]!));
        return { ...{ a, b, by, win, tie, lose, rate, wilson }, difference };
      })
    ),
    prompts: promptIds.length,
    ...{ seed, note },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
