/** The paper's five claims, each measured where it can be. */
import {
  type Estimate,
  gainByDifficulty,
  type Improvement,
  improvement,
  type Measured,
  robustness,
  uncertainty,
  type VarianceRatio,
  varianceRatio,
} from "@tare/contrastive";
import { readOf } from "./format.ts";
import { baselinesFor, lastQuarter, rewarded, type View } from "./view.ts";

/** What a claim says, and what was found. */
export interface Claim {
  /** The claim. */
  readonly claim: string;
  /** Numbers, each with what it is and how to read it; or why there are none. */
  readonly found: Measured<{ readonly numbers: readonly ClaimNumber[] }>;
}

/** One number of a claim. */
export interface ClaimNumber {
  /** What it is. */
  readonly what: string;
  /** The number. */
  readonly value: Estimate;
  /** Whether it is a share of a whole. */
  readonly share?: true;
  /** What it says. */
  readonly reads: string;
}

/** Episodes as the measures take them. */
type Episodes = ReturnType<typeof rewarded>;

const missing = {
  measurable: false,
  why: "it takes a PPO run with contrastive rewards and its episodes.jsonl",
} as const;

/** Measures the claims on the run with contrastive rewards. */
export function claimsOf({ contrastive: run, plain, baselines }: View): Claim[] {
  const all = run ? rewarded(run, baselines) : [];
  const late = lastQuarter(all);
  const table = run && baselinesFor(run, baselines);
  const others = plain ? lastQuarter(rewarded(plain, baselines)) : [];
  const measured = (numbers: () => Claim["found"]) => all.length > 0 ? numbers() : missing;
  return [
    { claim: "It penalises uncertainty of the reward.", found: measured(() => uncertaintyOf(all)) },
    { claim: "It is robust against noisy labels.", found: asNumbers(robustness([]), () => []) },
    { claim: "It encourages improvement over the baseline.", found: measured(() => improvementOf(late, others)) },
    {
      claim: "It calibrates to the difficulty of the task.",
      found: measured(() =>
        table
          ? asNumbers(gainByDifficulty(late, table), ({ difference }) => [{
            ...{ what: "gain of the hardest quarter less that of the easiest", value: difference },
            reads: readOf(difference, 0, {
              ...{ above: "hard prompts gained more than easy ones", below: "hard prompts gained less than easy ones" },
              open: "no difference that may not be chance",
            }),
          }])
          : { measurable: false, why: "it takes the baselines.jsonl that the run used" }
      ),
    },
    { claim: "It reduces variance in PPO.", found: measured(() => varianceOf(all)) },
  ];
}

function asNumbers<T>(found: Measured<T>, numbers: (found: T) => ClaimNumber[]): Claim["found"] {
  return found.measurable ? { measurable: true, numbers: numbers(found) } : found;
}

/** Both less their prompt's mean, which takes the baseline out: what is left is how far rewards follow the truth. */
function uncertaintyOf(episodes: Episodes): Claim["found"] {
  const rewards = centred(episodes, ({ promptId }) => promptId, ({ raw }) => raw);
  const truths = centred(episodes, ({ promptId }) => promptId, ({ gold }) => gold ?? NaN);
  const samples = episodes.map(({ promptId }, i) => ({ promptId, reward: rewards[i]!, truth: truths[i]! }));
  return asNumbers(uncertainty(samples), ({ slope }) => [{
    ...{ what: "change of r − b for a change of gold by 1, within prompts", value: slope },
    reads: "the claim is that it shrinks where labels are noisier: compare it between runs whose noise is known",
  }]);
}

function improvementOf(late: Episodes, others: Episodes): Claim["found"] {
  const numbers = (whose: string) => ({ share, size }: Improvement): ClaimNumber[] => [
    {
      ...{ what: `responses above b(x), ${whose}`, value: share, share: true },
      reads: readOf(share, 0.5, { above: "more than half", below: "fewer than half", open: "about half" }),
    },
    {
      ...{ what: `reward above b(x), ${whose}`, value: size },
      reads: readOf(size, 0, { above: "it improved", below: "it got worse", open: "no change that may not be chance" }),
    },
  ];
  const plain = improvement(others);
  return asNumbers(improvement(late), (found) => [
    ...numbers("last quarter of the iterations")(found),
    ...plain.measurable ? numbers("the same without contrastive rewards")(plain) : [],
  ]);
}

/** Var[r − b] over Var[r] of the same responses, within iterations: that a run learns is no variance. */
export function varianceWithin(episodes: Episodes): Measured<VarianceRatio> {
  const step = ({ step }: Episodes[number]) => `${step}`;
  const without = centred(episodes, step, ({ raw }) => raw);
  const with_ = centred(episodes, step, ({ raw, baseline }) => raw - baseline);
  return varianceRatio(episodes.map(({ promptId }, i) => ({ promptId, plain: without[i]!, contrastive: with_[i]! })));
}

function varianceOf(episodes: Episodes): Claim["found"] {
  return asNumbers(varianceWithin(episodes), ({ ratio }) => [{
    ...{ what: "variance of r − b over that of r, same responses, within iterations", value: ratio },
    reads: `${
      readOf(ratio, 1, {
        above: "more variance",
        below: "less variance",
        open: "no difference that may not be chance",
      })
    }; what is left of it in gradients, after the critic and whitening, is not in this number`,
  }]);
}

/** Numbers less the mean of their group. */
function centred<E>(items: readonly E[], group: (item: E) => string, value: (item: E) => number): number[] {
  const sums = new Map<string, [sum: number, count: number]>();
  for (const item of items) {
    const [sum, count] = sums.get(group(item)) ?? [0, 0];
    sums.set(group(item), [sum + value(item), count + 1]);
  }
  return items.map((item) => {
    const [sum, count] = sums.get(group(item))!;
    return value(item) - sum / count;
  });
}
