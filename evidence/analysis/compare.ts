/** Two arms on the same seeds. */
import { type PairedInterval, pairedInterval, tQuantile } from "@tare/eval";
import type { Labels } from "../cell.ts";
import { atEqualKl, bestWithin, meanUpTo } from "./equal_kl.ts";
import type { Run } from "./read.ts";

/** Which cells are meant. */
export interface Where {
  readonly labels: Labels;
  readonly noise: number;
}

/** A difference of two arms over seeds. */
export interface Effect extends PairedInterval {
  /** Two-sided probability of so large a t, were there no difference. */
  readonly p: number;
}

/** What is read off two runs of one seed. */
export type Reading = (a: Run, b: Run) => readonly [a: number, b: number];

/** Names of {@linkcode readings}. */
export type ReadingName = "equalKl" | "steps" | "kl" | "equalSteps" | "spentKl" | "onTheWay" | "best";

/** Readings by name. */
export const readings: Readonly<Record<ReadingName, Reading>> = {
  /** The primary one: gold at the largest KL that both reach. */
  equalKl: (a, b) => {
    const read = atEqualKl(a.checkpoints, b.checkpoints);
    return [read.a.gold, read.b.gold];
  },
  /** After how many iterations each of them is read there. */
  steps: (a, b) => {
    const read = atEqualKl(a.checkpoints, b.checkpoints);
    return [read.a.step, read.b.step];
  },
  /** The KL of that reading. */
  kl: (a, b) => {
    const { kl } = atEqualKl(a.checkpoints, b.checkpoints);
    return [kl, kl];
  },
  /** Gold after the same number of iterations. */
  equalSteps: (a, b) => [last(a).gold, last(b).gold],
  /** KL after the same number of iterations. */
  spentKl: (a, b) => [last(a).kl, last(b).kl],
  /** Mean gold on the way to the largest KL that both reach. */
  onTheWay: (a, b) => {
    const { kl } = atEqualKl(a.checkpoints, b.checkpoints);
    return [meanUpTo(a.checkpoints, kl), meanUpTo(b.checkpoints, kl)];
  },
  /** The best checkpoint at the smaller of both runs' last KL, or below. */
  best: (a, b) => {
    const kl = Math.min(last(a).kl, last(b).kl);
    return [bestWithin(a.checkpoints, kl), bestWithin(b.checkpoints, kl)];
  },
};

/** The last checkpoint. */
export function last({ checkpoints }: Run): Run["checkpoints"][number] {
  return checkpoints.at(-1)!;
}

/** Seeds below found the settings; nothing of them is reported. */
const firstReported = 100;

/** Reported runs of one arm, by seed. */
export function armOf(runs: readonly Run[], { labels, noise }: Where, arm: string): Map<number, Run> {
  // DPO sees pairs whatever the reward model learned from: one run stands for all.
  const kind = arm === "dpo" ? "pairs" : labels;
  const own = runs.filter((run) =>
    run.arm === arm && run.labels === kind && run.noise === noise && run.seed >= firstReported
  );
  return new Map(own.map((run) => [run.seed, run]));
}

/** Both runs of each seed that has both. */
export function pairsOf(runs: readonly Run[], where: Where, a: string, b: string): (readonly [Run, Run])[] {
  const [first, second] = [armOf(runs, where, a), armOf(runs, where, b)];
  return [...first].flatMap(([seed, run]) => second.has(seed) ? [[run, second.get(seed)!] as const] : [])
    .sort(([x], [y]) => x.seed - y.seed);
}

/** The difference a − b of a reading over seeds; nothing with fewer than two. */
export function effectOf(pairs: readonly (readonly [Run, Run])[], reading: Reading): Effect | undefined {
  return effect(pairs.map(([a, b]) => reading(a, b)));
}

/** The difference of paired numbers; nothing with fewer than two pairs. */
export function effect(pairs: readonly (readonly [number, number])[]): Effect | undefined {
  if (pairs.length < 2) return undefined;
  const found = pairedInterval(pairs.map(([a]) => a), pairs.map(([, b]) => b));
  const t = Math.abs(found.mean) / (found.deviation / Math.sqrt(found.pairs));
  return { ...found, p: Number.isFinite(t) ? pValue(t, found.pairs - 1) : found.mean === 0 ? 1 : 0 };
}

/** Two-sided, by halving. */
export function pValue(t: number, degrees: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 50; i++) {
    const p = (low + high) / 2;
    if (p > 0 && tQuantile(1 - p / 2, degrees) > t) low = p;
    else high = p;
  }
  return (low + high) / 2;
}

/** Holm's correction: each p-value as if it were the only one asked for. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const corrected = new Array<number>(values.length);
  let most = 0;
  order.forEach((i, rank) => {
    most = Math.max(most, Math.min(1, (values.length - rank) * values[i]!));
    corrected[i] = most;
  });
  return corrected;
}
