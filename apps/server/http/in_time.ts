/** Waiting, and for how long. */

/**
 * Waits for work so long and no longer.
 *
 * @param work What is done. It is told to end by its signal, and may not listen.
 * @param milliseconds How long.
 * @param gone Aborts the signal; so does the end of the time.
 * @returns What the work gives; it rejects with a `TimeoutError` after the time.
 */
export async function inTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  milliseconds: number,
  gone: AbortController = new AbortController(),
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const late = new DOMException(`no answer within ${milliseconds} ms`, "TimeoutError");
    reject(late);
    gone.abort(late);
  }, milliseconds);
  try {
    return await Promise.race([work(gone.signal), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for what others wait for too, but no longer than a signal lets it.
 *
 * @param promise What to wait for. It goes on by itself.
 * @param signal Ends the waiting.
 * @returns What the promise gives; it rejects with the signal's reason.
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal!.reason);
    if (signal?.aborted) return leave();
    signal?.addEventListener("abort", leave);
    promise.then(resolve, reject).finally(() => signal?.removeEventListener("abort", leave));
  });
}
