/** Turns of the event loop for timers and signals: work on the CPU device never leaves it one by itself. */
import { macrotask } from "@tare/core";

/**
 * Makes a function that lets one macrotask run, if the last one ran long ago; else it does nothing.
 *
 * @param everyMs How long ago: turns cost about 0.1 ms.
 * @returns The function.
 */
export function breather(everyMs = 8): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < everyMs) return;
    await macrotask();
    last = performance.now();
  };
}
