/** What a reward is to this package: a function of episodes, and a name that says what it was made from. */

/** Scores episodes, whatever these are. */
export interface Reward<E> {
  /** What it was made from: two functions with one id give the same numbers. A table of baselines is for one id only. */
  readonly id: string;
  /**
   * Scores.
   *
   * @param episodes What to score.
   * @returns A number for each, in order.
   */
  (episodes: readonly E[]): Promise<Float32Array>;
}
