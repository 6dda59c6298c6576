/**
 * Timing several programs that do the same work.
 *
 * They run in turn, not one after the other: whatever slows the machine down for a while slows all of them down. What
 * counts is the median. Runs before the clock starts compile, fill caches and wake threads.
 */

/** One run of a program, work and wait included. */
export type Run = () => unknown;

/** How long to measure. */
export interface Effort {
  /** Runs of each program before the clock starts. */
  readonly warmUp: number;
  /** Least and most timed runs of each program. */
  readonly rounds: readonly [least: number, most: number];
  /** Milliseconds after which no round starts, once there were enough. */
  readonly budget: number;
}

/** For numbers to publish. */
export const thorough: Effort = { warmUp: 2, rounds: [7, 41], budget: 6000 };
/** For a first look. */
export const quick: Effort = { warmUp: 1, rounds: [3, 5], budget: 500 };

/**
 * Times programs in turn; every second round in reverse order, so that none always follows the same one.
 *
 * @param runs The programs.
 * @param effort How long to measure.
 * @param now The clock, in milliseconds.
 * @returns The median milliseconds of each program.
 */
export async function alternate(runs: readonly Run[], effort: Effort, now?: () => number): Promise<number[]> {
  return (await alternateAll(runs, effort, now)).map(median);
}

/** As {@linkcode alternate}, but gives the milliseconds of every timed run of each program. */
export async function alternateAll(
  runs: readonly Run[],
  effort: Effort,
  now: () => number = () => performance.now(),
): Promise<number[][]> {
  for (let i = 0; i < effort.warmUp; i++) {
    for (const run of runs) await run();
  }
  const times: number[][] = runs.map(() => []);
  const order = runs.map((run, i) => ({ run, times: times[i]! }));
  const [least, most] = effort.rounds;
  const end = now() + effort.budget;
  for (let round = 0; round < most && (round < least || now() < end); round++) {
    for (const { run, times } of round % 2 === 0 ? order : order.toReversed()) {
      const start = now();
      await run();
      times.push(now() - start);
    }
  }
  return times;
}

/** The middle value; the mean of the two middle ones of an even number of values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take the median of no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
