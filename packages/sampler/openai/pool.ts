/** Work on many items, some at a time. */

/**
 * Works on items and gives results as they get done. When one fails, or the reader leaves, the rest is told to stop and
 * waited for.
 *
 * @param items What to work on, taken as there is room.
 * @param limit How many at a time.
 * @param work What to do; its signal says that nobody waits any more.
 * @param signal Ends everything.
 * @returns Results in the order in which they get done.
 */
export async function* asFinished<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R> {
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const running = new Map<number, Promise<[number, R]>>();
  let started = 0;
  const waiting = items[Symbol.iterator]();
  try {
    while (true) {
      signal?.throwIfAborted();
      while (running.size < limit) {
        const next = waiting.next();
        if (next.done) break;
        const at = started++;
        running.set(at, work(next.value, stop).then((result) => [at, result]));
      }
      if (running.size === 0) return;
      const [at, result] = await Promise.race(running.values());
      running.delete(at);
      yield result;
    }
  } finally {
    over.abort();
    await Promise.allSettled(running.values());
  }
}
