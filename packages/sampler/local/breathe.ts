/** Turns of the event loop for timers and signals: work on the CPU device never leaves it one by itself. */

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

/** A message to oneself: a timer of 0 ms takes 1 ms or more. */
function macrotask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
