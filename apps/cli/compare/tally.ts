/** One bar for what several calls do together. */
import type { Bar } from "../progress.ts";

/** Counts what is done, and says what it was. */
export type Tally = (done: number, words: string) => void;

/** Shows on a bar how much of a whole is done. */
export function tallyOn(bar: Bar, total: number): Tally {
  let sum = 0;
  return (done, words) => bar.show(sum += done, total, words);
}
