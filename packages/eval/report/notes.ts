/** What the numbers mean and what they do not: sentences of both reports. */
import { count, cut } from "./format.ts";
import type { Comparison } from "./comparison.ts";
import type { Summary } from "./summarise.ts";

/** With fewer prompts than these a bootstrap says too little of what it does not know. */
const few = 30;

/** Sentences that hold for a summary. */
export function notesOf({ judges, agreements }: Summary): string[] {
  const pairs = judges.flatMap(({ comparisons }) => comparisons);
  const most = Math.max(0, ...judges.map(({ comparisons }) => comparisons.length));
  return [
    "Win, tie and lose are shares of the valid verdicts, seen from the policy that is named first; in brackets how many. The win rate counts a tie as half a win.",
    "Intervals are 95 %. That of the win rate draws prompts anew (percentile bootstrap); Wilson’s takes verdicts for independent. Both know only that other prompts could have been drawn: another training run, other samples of the same policies or another judge are in neither.",
    ...pairs.some(({ win, tie, lose }) => win + tie + lose > 0 && win + tie + lose < few)
      ? [
        `With fewer than ${few} prompts bootstrap intervals are too narrow, most of all those of lengths: what they show is a hint.`,
      ]
      : [],
    ...most > 1
      ? [
        "Each interval is for its pair alone: among twenty pairs that do not differ, one is expected to look as if it did. Holm’s p-values allow for all pairs of a judge, not for several judges.",
      ]
      : [],
    "The sign test is exact and two-sided, of wins against losses: ties are left out of it.",
    ...pairs.some(({ invalid }) => invalid > 0)
      ? [
        "Invalid is a verdict that could not be had: an answer that names no winner, a refusal, a failed request. It is no tie and no loss, and counts in no rate. What the win rate would be had all of them been lost, and had all been won, stands beside it.",
      ]
      : [],
    ...pairs.some(({ order }) => order.pairs > 0)
      ? [
        "Where a judge was asked in both orders: the share of pairs for which both orders name the same winner (pairs with a failed order left out), and the share of decided games that the response standing first won; 50 % if the order does not matter.",
      ]
      : [],
    ...pairs.some(({ promptsNeeded }) => promptsNeeded !== undefined)
      ? [
        "Where the interval holds one half nothing was shown. Prompts it would take: how many the sign test needs to find a difference four times out of five, if the rate and the share of ties found here were the true ones, which they need not be. None stands where the rate is within a point of one half.",
      ]
      : [],
    ...pairs.some(({ lengthControlled }) => "rate" in lengthControlled)
      ? [
        "The win rate at equal length is AlpacaEval’s length-controlled one in its minimal form, with lengths in characters: a model of verdicts by length, and no better than that model.",
      ]
      : [],
    ...judges.some(({ ratings }) => ratings)
      ? [
        "Ratings are 1000 + 400 s / ln 10 with strengths s of mean 0 (Bradley and Terry, a tie as half a win, a small ridge): 400 more are ten wins for a loss. The rank counts policies whose interval lies wholly above. Ratings of different judges are not on one scale.",
      ]
      : [],
    ...agreements.some(({ found }) => "kappa" in found)
      ? [
        "Two judges are compared on prompts and pairs that both decided, invalid verdicts left out. Same, ties included: a tie agrees with a tie alone. Same, where neither has a tie: verdicts of which one is a tie are left out, as in MT-Bench’s second setting. κ and α allow for agreement by chance; α ordinal takes a tie for the middle. Shares of other definitions must not be compared with these, and judges who agree may both be wrong: the difference of their win rates stands beside.",
      ]
      : [],
  ];
}

/** Reasons of a pair that are shown. */
const mostReasons = 5;

/** What there is to say of one comparison alone. */
export function remarksOf({ a, b, reasons, lengthControlled }: Comparison): string[] {
  const left = reasons.slice(mostReasons).reduce((sum, { count }) => sum + count, 0);
  const invalid = (number: number) => count(number, "verdict is", "verdicts are") + " invalid";
  const remarks = [
    ...reasons.slice(0, mostReasons).map(({ reason, count }) => `${invalid(count)}: ${cut(reason, 200)}`),
    ...left > 0 ? [`${invalid(left)} for rarer reasons`] : [],
    ..."refused" in lengthControlled ? [`no win rate at equal length: ${lengthControlled.refused}`] : [],
    ..."separated" in lengthControlled && lengthControlled.separated
      ? ["length alone tells wins from losses: the win rate at equal length is the model’s guess"]
      : [],
  ];
  return remarks.map((text) => `${a} against ${b}: ${text}`);
}
