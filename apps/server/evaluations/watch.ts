/** Tells when something has changed, and not how often. */

/** What is watched, and how. */
export interface WatchOptions {
  /** Asks for the present version; none if the thing is gone. */
  readonly version: () => Promise<string | undefined>;
  /** Milliseconds between two questions. */
  readonly every: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** What is known already. */
  readonly known?: string;
}

/**
 * Gives every version that is found to be another than the one before; several changes between two questions are one. Between
 * changes it gives nothing from time to time, so that whoever passes it on can see whether the other end is still there.
 *
 * @returns Versions, and undefined for a question that found no change; it ends with the signal, or when the thing is gone.
 */
export async function* watch({ version, every, signal, known }: WatchOptions): AsyncGenerator<string | undefined> {
  for (let last = known; !signal.aborted; await pause(every, signal)) {
    const now = await version();
    if (now === undefined) return;
    yield now === last ? undefined : now;
    last = now;
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
