/** Points of a curve, made readable: fewer of them, and smooth. */

/** A point. */
export interface Point {
  /** From left to right. */
  readonly x: number;
  /** From bottom to top. */
  readonly y: number;
}

/** Means of neighbours, so that no more than `most` points are left. */
export function thin(points: readonly Point[], most = 200): readonly Point[] {
  if (points.length <= most) return points;
  const each = Math.ceil(points.length / most);
  return Array.from(
    { length: Math.ceil(points.length / each) },
    (_, i) => mean(points.slice(i * each, (i + 1) * each)),
  );
}

/** How many points a smooth curve takes the mean of: a tenth of them, an odd number. */
export function windowOf(points: number): number {
  return 2 * Math.floor(Math.min(points, 500) / 20) + 1;
}

/** Each point with the mean height of those around it; those near the ends, which lack some, are left out. */
export function smooth(points: readonly Point[]): readonly Point[] {
  const reach = (windowOf(points.length) - 1) / 2;
  return points.slice(reach, points.length - reach).map(({ x }, i) => ({
    x,
    y: mean(points.slice(i, i + 2 * reach + 1)).y,
  }));
}

function mean(points: readonly Point[]): Point {
  const sum = (pick: (point: Point) => number) => points.reduce((total, point) => total + pick(point), 0);
  return { x: sum(({ x }) => x) / points.length, y: sum(({ y }) => y) / points.length };
}
