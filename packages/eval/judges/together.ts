/** Work that is done at once and fails as one. */

/**
 * Does tasks at once. When one fails the others are told to stop and waited for.
 *
 * @param tasks What to do; the signal says that nobody waits any more.
 * @param signal Ends everything.
 * @returns Results in the order of the tasks.
 * @throws What the first task that fails throws.
 */
export async function together<T>(
  tasks: readonly ((signal: AbortSignal) => Promise<T>)[],
  signal?: AbortSignal,
): Promise<T[]> {
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const running = tasks.map(async (task) => await task(stop));
  try {
    return await Promise.all(running);
  } catch (error) {
    over.abort();
    await Promise.allSettled(running);
    throw error;
  }
}
