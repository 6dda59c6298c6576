/** Two runs at the same distance from the reference: the honest comparison, since a larger step buys speed. */
import type { PpoRun } from "./sources/ppo_run.ts";

/** Held-out gold of two runs where their KL is equal. */
export interface EqualKl {
  /** The KL, in nats a response: the largest that both reached. */
  readonly kl: number;
  /** Gold of one run there. */
  readonly a: number;
  /** Gold of the other. */
  readonly b: number;
  /** Evaluations of the run that has fewer. */
  readonly points: number;
}

/** A point of the curve of gold against KL. */
interface Evaluation {
  readonly kl: number;
  readonly gold: number;
}

/** Compares two runs by straight lines between their evaluations; `undefined` if one has fewer than two. */
export function atEqualKl(a: PpoRun, b: PpoRun): EqualKl | undefined {
  const curves = [evaluations(a), evaluations(b)] as const;
  const kl = Math.min(...curves.map((curve) => Math.max(...curve.map((point) => point.kl))));
  const [goldA, goldB] = [goldAt(curves[0], kl), goldAt(curves[1], kl)];
  if (goldA === undefined || goldB === undefined) return undefined;
  return { kl, a: goldA, b: goldB, points: Math.min(curves[0].length, curves[1].length) };
}

function evaluations({ metrics }: PpoRun): Evaluation[] {
  return metrics.map((line) => ({ kl: line["eval/kl"] ?? NaN, gold: line["eval/gold"] ?? NaN }))
    .filter(({ kl, gold }) => Number.isFinite(kl) && Number.isFinite(gold));
}

/** Gold where a curve first reaches a KL. */
function goldAt(curve: readonly Evaluation[], kl: number): number | undefined {
  const end = curve.findIndex((point, i) => i > 0 && point.kl >= kl);
  const [before, after] = [curve[end - 1], curve[end]];
  if (!before || !after) return undefined;
  const share = after.kl > before.kl ? Math.max(0, (kl - before.kl) / (after.kl - before.kl)) : 1;
  return before.gold + share * (after.gold - before.gold);
}
