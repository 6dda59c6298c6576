/** One bar for what several calls do together. */
import type { Bar } from "../progress.ts";
import type { Policy } from "./policies.ts";

/** Counts what is done, and says what it was. */
export type Tally = (done: number, words: string) => void;

/** Shows on a bar how much of a whole is done. */
export function tallyOn(bar: Bar, total: number): Tally {
  let sum = 0;
  return (done, words) => bar.show(sum += done, total, words);
}

/**
 * Responses and scores of a comparison together.
 *
 * @param prompts How many there are.
 * @param policies What answers each; files have done so already.
 * @param scorers How many score each response.
 * @param n Candidates of each prompt for one policy more, if there is to be the best of them.
 */
export function workOf(prompts: number, policies: readonly Policy[], scorers: number, n: number | undefined): number {
  const drawn = policies.filter(({ kind }) => kind !== "file").length;
  const [candidates, all] = n === undefined ? [0, policies.length] : [n, policies.length + 1];
  return prompts * (drawn + 2 * candidates + scorers * all); // candidates are drawn and scored
}
