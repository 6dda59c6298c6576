/** What was found, in sentences: also where the method does not win, and what one run cannot say. */
import { betweenPromptShare, promiseOf } from "@tare/contrastive";
import { count, estimate, interval, list, percent, readOf, signed } from "./format.ts";
import { comparedBy, isDecided, pairOf } from "./pairs.ts";
import { alarming, distance, overOptimised, unfinished } from "./run_findings.ts";
import { measureName } from "./sections/comparison.ts";
import type { Comparison } from "./sources/comparison.ts";
import type { View } from "./view.ts";

/** Sentences, the most important first. */
export function findings(view: View): string[] {
  const { comparison, contrastive, plain, runs } = view;
  const arms = contrastive && plain ? { a: contrastive.name, b: plain.name } : undefined;
  return [
    ...comparison && arms ? headToHead(comparison, arms) : [],
    ...comparison ? againstReference(comparison, arms) : [],
    ...contrastive && plain ? distance(contrastive, plain, view) : [],
    ...runs.flatMap((run) => overOptimised(run, view)),
    ...runs.flatMap(alarming),
    ...spread(view),
    ...runs.flatMap(unfinished),
    ...caution(view),
  ];
}

/** Contrastive rewards against plain PPO, by every measure there is. */
function headToHead(comparison: Comparison, { a, b }: { readonly a: string; readonly b: string }): string[] {
  const known = comparedBy(comparison.pairs).flatMap((by) => pairOf(comparison, a, b, by) ?? []);
  const [pair, ...others] = known.filter(isDecided);
  if (!pair) return [];
  const { by, win, tie, lose, rate, difference } = pair;
  const verdict = readOf(rate, 0.5, {
    above: `${a} is ahead of ${b} in this run`,
    below: `contrastive rewards did not win in this run: ${b} is ahead of ${a}`,
    open: `this run does not tell ${a} from ${b}`,
  });
  const all = win + tie + lose;
  const [won, tied, lost] = [win, tie, lose].map((part) => percent(part / all));
  const mean = difference
    ? ` Its mean score is ${signed(difference.value)} (${interval(difference, signed)}) beside ${b}’s.`
    : "";
  return [
    `${judgedBy(by, ",")} ${verdict}. Of ${count(comparison.prompts, "held-out prompt")} ${a} wins ${won}, ties ` +
    `${tied} and loses ${lost}: a win rate of ${estimate(rate, percent)}, ties as halves.${mean}`,
    ...others.map(({ by, rate }) => {
      const says = readOf(rate, 0.5, {
        above: `${a} is ahead`,
        below: `${b} is ahead`,
        open: "they are not told apart",
      });
      return `${judgedBy(by, "")} the rate is ${estimate(rate, percent)}: ${says}.`;
    }),
  ];
}

/** Who says so; a measure that was trained on is no witness. */
function judgedBy(by: string, comma: string): string {
  return `By the ${measureName(by)}${by === "reward" ? ", which both were trained on," : comma}`;
}

/** What all policies gain on the one they are compared with. */
function againstReference(
  comparison: Comparison,
  arms: { readonly a: string; readonly b: string } | undefined,
): string[] {
  const { policies, reference } = comparison;
  const pairs = comparison.pairs.filter(isDecided);
  const [by] = comparedBy(pairs);
  if (by === undefined) return [];
  const rates = policies.flatMap(({ name }) => {
    const pair = name === reference ? undefined : pairOf({ pairs }, name, reference, by);
    return pair ? [{ name, rate: pair.rate }] : [];
  }).sort((one, other) => other.rate.value - one.rate.value);
  if (rates.length === 0) return [];
  const best = rates[0]!.name;
  const beaten = arms && best !== arms.a && best !== arms.b
    ? ` The best of them, ${best}, is neither of the two PPO arms.`
    : "";
  return [
    `Against ${reference}, by the ${measureName(by)}, the rates are ${
      list(rates.map(({ name, rate }) => `${percent(rate.value)} for ${name} (${interval(rate, percent)})`))
    }.${beaten}`,
  ];
}

/** How much there was to take away. */
function spread({ baselines }: View): string[] {
  return baselines.slice(0, 1).flatMap(({ table }) => {
    const found = betweenPromptShare(table);
    if (!found.measurable) return [];
    return [
      `Of the reward’s variance ${estimate(found.share, percent)} lies between prompts. ${promiseOf(found.share)}`,
    ];
  });
}

/** What one run of each cannot say. */
function caution({ comparison, runs }: View): string[] {
  if (comparison) {
    return ["It is one run of each policy: how much would change with other seeds is in no interval here."];
  }
  return runs.length > 0
    ? [
      "No policies were compared on held-out prompts, and the spread between runs of other seeds is in no number here.",
    ]
    : [];
}
