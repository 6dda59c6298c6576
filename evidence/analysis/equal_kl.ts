/** The primary endpoint: gold of two runs where both are equally far from the reference. */

/** A point of a run's curve. */
export interface Point {
  /** Iterations done. */
  readonly step: number;
  /** Nats a response from the reference. */
  readonly kl: number;
  /** Mean gold score of held-out responses. */
  readonly gold: number;
}

/** Two runs at one KL. */
export interface EqualKl {
  /** The largest KL that both curves reach. */
  readonly kl: number;
  /** The first there. */
  readonly a: Point;
  /** The second there. */
  readonly b: Point;
}

/** Reads two curves at the largest KL that both reach. */
export function atEqualKl(a: readonly Point[], b: readonly Point[]): EqualKl {
  const kl = Math.min(reach(a), reach(b));
  return { kl, a: passage(a, kl), b: passage(b, kl) };
}

/** The largest KL of a curve. */
function reach(curve: readonly Point[]): number {
  return Math.max(...curve.map(({ kl }) => kl));
}

/**
 * Where a curve passes a KL for the last time: lines join checkpoints in the order of training, and of several policies at one
 * distance the one that learned longest stands for the run.
 */
export function passage(curve: readonly Point[], kl: number): Point {
  for (let i = curve.length - 1; i > 0; i--) {
    const [from, to] = [curve[i - 1]!, curve[i]!];
    if (Math.min(from.kl, to.kl) > kl || Math.max(from.kl, to.kl) < kl) continue;
    const share = from.kl === to.kl ? 1 : (kl - from.kl) / (to.kl - from.kl);
    return { kl, step: from.step + share * (to.step - from.step), gold: from.gold + share * (to.gold - from.gold) };
  }
  throw new RangeError(`Expected a curve that passes a KL of ${kl} but found one that does not`);
}

/** The most gold that a curve shows at a KL or below: what it has to offer for so much. */
export function bestWithin(curve: readonly Point[], kl: number): number {
  const within = curve.filter((point) => point.kl <= kl).map(({ gold }) => gold);
  const passes = curve.slice(1).some((to, i) => (curve[i]!.kl - kl) * (to.kl - kl) < 0);
  return Math.max(...within, ...passes ? [passage(curve, kl).gold] : []);
}

/** Mean gold over KL from 0 to a bound along the first passage of a curve: less noise than a single reading. */
export function meanUpTo(curve: readonly Point[], kl: number): number {
  const steps = 50;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += firstAt(curve, kl * (i + 0.5) / steps);
  return sum / steps;
}

function firstAt(curve: readonly Point[], kl: number): number {
  const i = curve.findIndex((point) => point.kl >= kl);
  const [from, to] = [curve[i - 1], curve[i]!];
  return from ? from.gold + (kl - from.kl) / (to.kl - from.kl) * (to.gold - from.gold) : to.gold;
}
