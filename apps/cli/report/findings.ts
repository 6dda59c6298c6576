/** What was found, in sentences: also where the method does not win, and what one run cannot say. */
import { betweenPromptShare, type Estimate, promiseOf } from "@tare/contrastive";
import { type AlarmMemory, watch } from "@tare/ppo";
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
    ...contrastive && plain ? distance(contrastive, plain, view) : [],
    ...runs.flatMap((run) => overOptimised(run, view)),
    ...runs.flatMap(alarming),
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

/** How far the gold of two policies may lie apart by the choice of prompts; `undefined` where nobody knows. */
function chance({ comparison }: View): number | undefined {
  const pair = comparison?.pairs.find(({ by, difference }) => by === "gold" && difference);
  return pair?.difference && (pair.difference.high - pair.difference.low) / 2;
}

/** Equal steps are not equal distances. */
function distance(a: PpoRun, b: PpoRun, view: View): string[] {
  const kl = ({ metrics }: PpoRun) =>
    ["eval/kl", "objective/kl"].map((name) => metrics.findLast((line) => Number.isFinite(line[name] ?? NaN))?.[name])
      .find((found) => found !== undefined) ?? NaN;
  if (!Number.isFinite(kl(a)) || !Number.isFinite(kl(b))) return [];
  const spent =
    `At the end ${a.name} is ${figure(kl(a))} nats a response from the reference and ${b.name} ${figure(kl(b))}; ` +
    "a larger step would have bought distance too, so equal KL is the fair comparison";
  const equal = atEqualKl(a, b);
  if (!equal) return [`${spent}. These runs lack the evaluations for it.`];
  const [gap, least] = [equal.a - equal.b, chance(view)];
  const verdict = least === undefined
    ? "without an interval, that is a hint"
    : Math.abs(gap) < least
    ? "the gap is no larger than the choice of prompts can make it"
    : `${gap > 0 ? a.name : b.name} is ahead there`;
  return [
    `${spent}. At ${figure(equal.kl)} nats, the most that both reached, held-out gold is ${
      figure(equal.a)
    } for ${a.name} and ` +
    `${figure(equal.b)} for ${b.name} (on lines between ${count(equal.points, "evaluation")}): ${verdict}.`,
  ];
}

/** The reward model’s score rose on while gold fell, further than by chance. */
function overOptimised({ name, metrics }: PpoRun, view: View): string[] {
  const known = metrics.filter((line) => ["eval/gold", "eval/score"].every((key) => Number.isFinite(line[key] ?? NaN)));
  const of = (key: string) => (line: Metrics) => line[key]!;
  const [gold, score] = [of("eval/gold"), of("eval/score")];
  const [last, peak] = [known.at(-1), known.toSorted((a, b) => gold(b) - gold(a))[0]];
  if (!last || !peak || known.length < 4) return [];
  const least = chance(view) ?? 0.2 * (gold(peak) - Math.min(...known.map(gold)));
  if (gold(peak) - gold(last) <= least || score(last) <= score(peak)) return [];
  return [
    `In ${name} held-out gold was highest at iteration ${peak.step} (${figure(gold(peak))}) and ended at ` +
    `${figure(gold(last))}, while the reward model’s score rose on: its errors were being learned.`,
  ];
}

/** What PPO's own alarms say of the numbers that were logged: the last of each kind. */
function alarming({ name, metrics }: PpoRun): string[] {
  const kinds = new Map<string, string>();
  let memory: AlarmMemory | null = null;
  for (const line of metrics) {
    const seen = watch({ metrics: line, episodes: [] }, memory);
    memory = seen.memory;
    for (const words of seen.alarms) {
      kinds.set(words.replace(/[\d.]+/g, ""), `In ${name}, iteration ${line.step}: ${words}.`);
    }
  }
  return [...kinds.values()];
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
  if (comparison) {
    return ["It is one run of each policy: how much would change with other seeds is in no interval here."];
  }
  return runs.length > 0
    ? [
      "No policies were compared on held-out prompts, and the spread between runs of other seeds is in no number here.",
    ]
    : [];
}
