/** Waiting that can be ended. */

/**
 * Waits for a promise, but no longer than a signal lets it.
 *
 * @param promise What to wait for. It goes on by itself.
 * @param signal Ends the waiting.
 * @returns What the promise gives; it rejects with the signal's reason.
 */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await promise;
  signal.throwIfAborted(); // its event is over
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
