/** What was found, in sentences: also where the method does not win, and what one run cannot say. */
import { betweenPromptShare, type Estimate, promiseOf } from "@tare/contrastive";
import { atEqualKl } from "./equal_kl.ts";
import { count, estimate, figure, interval, list, percent, readOf, signed } from "./format.ts";
import { measureNames } from "./sections/comparison.ts";
import { type ComparedPair, type Comparison, type Measure, measures } from "./sources/comparison.ts";
import type { Metrics, PpoRun } from "./sources/ppo_run.ts";
import type { View } from "./view.ts";

/** Sentences, the most important first. */
export function findings(view: View): string[] {
  const { comparison, contrastive, plain, runs } = view;
  const arms = contrastive && plain ? { a: contrastive.name, b: plain.name } : undefined;
  return [
    ...comparison && arms ? headToHead(comparison, arms) : [],
    ...comparison ? againstReference(comparison, arms) : [],
    ...contrastive && plain ? distance(contrastive, plain) : [],
    ...runs.flatMap(overOptimised),
    ...spread(view),
    ...runs.flatMap(unfinished),
    ...caution(view),
  ];
}

/** The pair of two policies by a measure, the first one's side. */
export function pairOf({ pairs }: Comparison, a: string, b: string, by: Measure): ComparedPair | undefined {
  const pair = pairs.find((pair) => pair.by === by && [pair.a, pair.b].includes(a) && [pair.a, pair.b].includes(b));
  if (!pair || pair.a === a) return pair;
  const turned = ({ value, low, high }: Estimate, about: number) => ({
    ...{ value: about - value, low: about - high, high: about - low },
  });
  return {
    ...{ a, b, by, win: pair.lose, tie: pair.tie, lose: pair.win, rate: turned(pair.rate, 1) },
    ...pair.difference && { difference: turned(pair.difference, 0) },
  };
}

/** Contrastive rewards against plain PPO, by every measure there is. */
function headToHead(comparison: Comparison, { a, b }: { readonly a: string; readonly b: string }): string[] {
  const [pair, ...others] = measures.flatMap((by) => pairOf(comparison, a, b, by) ?? []);
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
    `By the ${measureNames[by]}, ${verdict}. Of ${
      count(comparison.prompts, "held-out prompt")
    } ${a} wins ${won}, ties ` +
    `${tied} and loses ${lost}: a win rate of ${estimate(rate, percent)}, ties as halves.${mean}`,
    ...others.map(({ by, rate }) => {
      const says = readOf(rate, 0.5, {
        above: `${a} is ahead`,
        below: `${b} is ahead`,
        open: "they are not told apart",
      });
      return `By the ${measureNames[by]} the rate is ${estimate(rate, percent)}: ${says}.`;
    }),
  ];
}

/** What all policies gain on the one they are compared with. */
function againstReference(
  comparison: Comparison,
  arms: { readonly a: string; readonly b: string } | undefined,
): string[] {
  const { policies, pairs, reference } = comparison;
  const by = measures.find((measure) => pairs.some((pair) => pair.by === measure));
  if (!by) return [];
  const rates = policies.flatMap(({ name }) => {
    const pair = name === reference ? undefined : pairOf(comparison, name, reference, by);
    return pair ? [{ name, rate: pair.rate }] : [];
  }).sort((one, other) => other.rate.value - one.rate.value);
  if (rates.length === 0) return [];
  const best = rates[0]!.name;
  const beaten = arms && best !== arms.a && best !== arms.b
    ? ` The best of them, ${best}, is neither of the two PPO arms.`
    : "";
  return [
    `Against ${reference}, by the ${measureNames[by]}, the rates are ${
      list(rates.map(({ name, rate }) => `${percent(rate.value)} for ${name} (${interval(rate, percent)})`))
    }.${beaten}`,
  ];
}

/** Equal steps are not equal distances. */
function distance(a: PpoRun, b: PpoRun): string[] {
  const kl = ({ metrics }: PpoRun) => metrics.at(-1)?.["objective/kl"] ?? NaN;
  if (!Number.isFinite(kl(a)) || !Number.isFinite(kl(b))) return [];
  const spent =
    `At the end ${a.name} is ${figure(kl(a))} nats a response from the reference and ${b.name} ${figure(kl(b))}; ` +
    "a larger step would have bought distance too, so equal KL is the fair comparison";
  const equal = atEqualKl(a, b);
  if (!equal) return [`${spent}. These runs lack the evaluations for it.`];
  const ahead = equal.a === equal.b ? "neither is ahead" : `${equal.a > equal.b ? a.name : b.name} is ahead`;
  return [
    `${spent}. At ${figure(equal.kl)} nats, the most that both reached, held-out gold is ${
      figure(equal.a)
    } for ${a.name} and ` +
    `${figure(equal.b)} for ${b.name}: ${ahead} there, as far as ${
      count(equal.points, "evaluation")
    } without an interval tell.`,
  ];
}

/** The reward model's score rose on while gold fell. */
function overOptimised({ name, metrics }: PpoRun): string[] {
  const known = metrics.filter((line) => ["eval/gold", "eval/score"].every((key) => Number.isFinite(line[key] ?? NaN)));
  const of = (key: string) => (line: Metrics) => line[key]!;
  const [gold, score] = [of("eval/gold"), of("eval/score")];
  const [last, peak] = [known.at(-1), known.toSorted((a, b) => gold(b) - gold(a))[0]];
  if (!last || !peak || known.length < 4) return [];
  const range = gold(peak) - Math.min(...known.map(gold));
  if (gold(peak) - gold(last) < 0.15 * range || score(last) <= score(peak)) return [];
  return [
    `In ${name} held-out gold was highest at iteration ${peak.step} (${figure(gold(peak))}) and ended at ` +
    `${figure(gold(last))}, while the reward model’s score rose on: chance, or its errors were being learned.`,
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

function unfinished({ name, metrics, record }: PpoRun): string[] {
  const [done, all] = [metrics.at(-1)?.step ?? 0, record?.settings.iterations];
  return typeof all === "number" && done < all
    ? [`${name} is not finished: ${done} of ${all} iterations are done.`]
    : [];
}

/** What one run of each cannot say. */
function caution({ comparison, runs }: View): string[] {
  if (comparison) return [comparison.note];
  return runs.length > 0
    ? [
      "No policies were compared on held-out prompts, and the spread between runs of other seeds is in no number here.",
    ]
    : [];
}
