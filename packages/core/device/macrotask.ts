/** Turns of the event loop for timers and signals: work on the CPU device never leaves it one by itself. */

/** Deno's and Node's. There messages to oneself starve timers once a worker of `node:worker_threads` has been started. */
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };

/**
 * Lets one macrotask run, by `setImmediate` or, in browsers, a message to oneself: it costs 0.1 ms or less, a
 * timer of 0 ms takes 1 ms or more.
 *
 * @returns When others have had their turn.
 *
 * @example Between the steps of a long computation
 * ```ts
 * import { macrotask } from "@tare/core";
 * import { assert } from "@std/assert";
 *
 * let fired = false;
 * setTimeout(() => fired = true);
 * const start = performance.now();
 * while (!fired && performance.now() - start < 1000) await macrotask();
 * assert(fired);
 * ```
 */
export function macrotask(): Promise<void> {
  if (setImmediate) return new Promise((resolve) => setImmediate(resolve));
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
