/** Time, as an argument. */

/** What tells the time and lets it pass. */
export interface Clock {
  /** Milliseconds since 1970. It never goes back. */
  now(): number;
  /**
   * Waits.
   *
   * @param milliseconds How long.
   * @param signal Ends it: it rejects with the signal's reason.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

const longest = 2 ** 31 - 1; // timers that are set to more fire at once

/** The time of this machine as it passes, whatever is done to its clock meanwhile: a pause is no hour longer for that. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, Math.min(Math.ceil(milliseconds), longest)); // timers count whole milliseconds, and forget the rest
      signal?.addEventListener("abort", stop, { once: true });
    }),
};
