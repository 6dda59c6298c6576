/** One comparison: every contestant's results first, then their times in turn. */
import { agree } from "../check.ts";
import { type Column, markdown, round } from "../table.ts";
import { alternateAll, type Effort, median, type Run } from "../timing.ts";

/** A program that does the same work as the others. */
export interface Contestant {
  readonly name: string;
  readonly threads: number;
  /** Does the work once and gives numbers to compare. */
  run(): Promise<readonly number[]>;
}

/** A comparison that is to be made. */
export interface Contest {
  /** What is done. */
  readonly work: string;
  /** Tokens of one run. */
  readonly tokens: number;
  /** The first one is ours, which the others are compared with. */
  readonly contestants: readonly Contestant[];
  /** Gives the numbers that all must agree on; by default one run's. */
  check?(contestant: Contestant): Promise<readonly number[]>;
  /** Largest difference between them, as a share of the largest one. */
  readonly tolerance: number;
}

/** What one contestant reached. */
export interface Result {
  readonly work: string;
  readonly name: string;
  readonly threads: number;
  /** Median, least and most milliseconds of a run. */
  readonly ms: number;
  readonly least: number;
  readonly most: number;
  readonly tokensPerSecond: number;
  /** How many times as fast as this one ours is: above 1, ours is faster. */
  readonly ratio: number;
  /** The rate of ours as a share of what the bare micro-kernel reaches with as many threads; training only. */
  readonly ofMicroKernel?: number;
}

/**
 * Compares results, then times.
 *
 * @param contest What to compare.
 * @param effort How long to measure.
 * @param say Takes a line for each contestant that is left out, with the reason.
 * @param between Called in each round, for what is to be measured in the same minutes.
 * @returns A row for each contestant, ours first.
 * @throws {Error} If one's results differ from ours, or ours fails.
 */
export async function compare(
  contest: Contest,
  effort: Effort,
  say: (line: string) => void,
  between?: () => unknown,
): Promise<Result[]> {
  const { work, tokens, tolerance, check = (contestant) => contestant.run() } = contest;
  const able: Contestant[] = [];
  let expected: readonly number[] | undefined;
  for (const contestant of contest.contestants) {
    const { name } = contestant;
    let found: readonly number[];
    try {
      found = await check(contestant);
    } catch (error) {
      if (!expected) throw error;
      say(`${work}: ${name} is left out: ${error instanceof Error ? error.message : error}`);
      continue;
    }
    expected ??= found;
    agree(`${work} with ${name}`, expected, found, tolerance);
    able.push(contestant);
  }
  const runs: Run[] = able.map((contestant) => () => contestant.run());
  const times = await alternateAll(between ? [...runs, between] : runs, effort);
  const ours = median(times[0]!);
  return able.map(({ name, threads }, i) => {
    const ms = median(times[i]!);
    return {
      ...{ work, name, threads, ms: round(ms) },
      ...{ least: round(Math.min(...times[i]!)), most: round(Math.max(...times[i]!)) },
      ...{ tokensPerSecond: round(1000 * tokens / ms), ratio: round(ms / ours) },
    };
  });
}

const columns: readonly Column<Result>[] = [
  ["work", (row) => row.work],
  ["who", (row) => row.name],
  ["threads", (row) => row.threads, true],
  ["ms", (row) => row.ms, true],
  ["least", (row) => row.least, true],
  ["most", (row) => row.most, true],
  ["tokens/s", (row) => row.tokensPerSecond, true],
  ["ratio", (row) => row.ratio, true],
  ["of micro-kernel", (row) => row.ofMicroKernel, true],
];

/** The results as a Markdown table. */
export function resultTable(results: readonly Result[]): string {
  return markdown(results, columns);
}
