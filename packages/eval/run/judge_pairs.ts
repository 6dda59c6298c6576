/** Many comparisons at a time. */
import type { Judge, Pair, Verdict } from "../verdict.ts";

/** A pair, and what the judge decided. */
export interface Judged<P extends Pair = Pair> {
  /** Which of the pairs it is, from 0. */
  readonly index: number;
  /** The pair. */
  readonly pair: P;
  /** The decision. */
  readonly verdict: Verdict;
}

/** How {@linkcode judgePairs} goes about it. */
export interface JudgePairsOptions {
  /** Comparisons at a time. @default {8} */
  readonly concurrency?: number;
  /** Ends it: what is under way is told to stop and waited for. */
  readonly signal?: AbortSignal;
}

/**
 * Judges pairs, some at a time. Pairs are taken as there is room and verdicts given as they get done, so that any number of them
 * takes the memory of a few. When the judge rejects, the source fails or the reader leaves, the rest is told to stop and waited
 * for.
 *
 * @param judge Who decides.
 * @param pairs What to decide.
 * @param options How many at a time.
 * @returns Verdicts in the order in which they get done.
 * @throws {RangeError} If `concurrency` is no integer of 1 or more.
 *
 * @example Usage
 * ```ts
 * import { goldJudge, judgePairs, type Verdict, winRate } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const judge = goldJudge({ score: (_prompt, response) => response.length / 10 });
 * const pairs = ["x", "y"].map((promptId) => ({ promptId, prompt: "Is it?", a: " yes", b: " no" }));
 * const verdicts: Verdict[] = [];
 * for await (const { index, verdict } of judgePairs(judge, pairs)) verdicts[index] = verdict;
 * assertEquals(winRate(verdicts, ["x", "y"]).win, 2);
 * ```
 */
export async function* judgePairs<P extends Pair>(
  judge: Judge,
  pairs: Iterable<P> | AsyncIterable<P>,
  options: JudgePairsOptions = {},
): AsyncGenerator<Judged<P>, void, void> {
  const { concurrency = 8, signal } = options;
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new RangeError(`Expected concurrency to be an integer of 1 or more but found ${concurrency}`);
  }
  const source = Symbol.asyncIterator in pairs ? pairs[Symbol.asyncIterator]() : pairs[Symbol.iterator]();
  const stop = new AbortController();
  const done: Judged<P>[] = [];
  let [started, judging, pulling, exhausted] = [0, 0, false, false];
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {}; // the one that waits for news
  const fail = (error: unknown) => {
    failure ??= { error };
    stop.abort(error);
    wake();
  };
  const aborted = () => fail(signal?.reason);

  /** Begins as many comparisons as there is room for; a reader who is slow leaves none. */
  async function fill(): Promise<void> {
    if (pulling) return;
    pulling = true;
    try {
      while (!exhausted && !stop.signal.aborted && judging < concurrency && done.length < concurrency) {
        const next = await source.next();
        if (next.done) exhausted = true;
        else if (!stop.signal.aborted) judgeOne(started++, next.value);
      }
    } catch (error) {
      exhausted = true;
      fail(error);
    }
    pulling = false;
    wake();
  }

  async function judgeOne(index: number, pair: P): Promise<void> {
    judging++;
    try {
      done.push({ index, pair, verdict: await judge.compare(pair, stop.signal) });
    } catch (error) {
      fail(error);
    }
    judging--;
    fill();
    wake();
  }

  async function leave(): Promise<void> {
    if (!exhausted) await source.return?.();
  }

  const news = () => new Promise<void>((resolve) => wake = resolve);
  signal?.addEventListener("abort", aborted);
  if (signal?.aborted) aborted();
  try {
    while (true) {
      fill();
      const next = done.shift();
      if (next) yield next;
      else if (judging === 0 && (failure || exhausted)) break;
      else await news();
    }
    if (failure) throw failure.error;
  } finally {
    signal?.removeEventListener("abort", aborted);
    stop.abort();
    while (judging > 0) await news();
    const left = leave();
    const quiet = left.catch(() => {}); // why the run failed is told, not what its source says to that
    if (!pulling) await (failure ? quiet : left); // a source that is waited for may never answer
  }
}
