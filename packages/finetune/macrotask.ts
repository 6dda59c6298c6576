/** A turn of the event loop for timers and signals: work on the CPU device never leaves it one by itself. */

/** Lets one macrotask run, by a message to oneself: a timer of 0 ms takes 1 ms or more. */
export function macrotask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
