/**
 * The thread pool's shared words and the program of its threads.
 *
 * A job is published by storing its function and number of parts, then a claim word `epoch << 20 | next part`.
 * Threads take parts by compare-and-swap on that word. A thread that wakes late finds another epoch and fails to
 * swap, so nobody ever waits for a sleeper: the caller waits for finished parts only.
 */

/** Indices into the control words, which are the first 256 bytes of the memory. */
export const word = {
  claim: 0, // epoch << 20 | next part
  epoch: 1, // sleeping threads wait for it to change
  sleeping: 2, // threads that need a wake-up call
  done: 3, // finished parts of this job
  parts: 4,
  fn: 5,
  stop: 6,
  failed: 7,
} as const;

/** Byte address of the arguments of the running job. */
export const argsAddress = 256;

/** Parts a job can have: what fits beside the epoch. */
export const maxParts: number = (1 << 20) - 1;

/**
 * What a thread runs: plain JavaScript in a string, so it needs no file, no permission and no bundler support.
 * It spins for some 40 µs before it sleeps, because waking a sleeper costs as much.
 */
export const workerSource: string = `
import("node:worker_threads").then(({ workerData: { module, memory, scratch } }) => {
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const fns = Object.keys(exports).sort().map((name) => exports[name]);
  const words = new Int32Array(memory.buffer, 0, 64);
  let seen = 0;
  for (;;) {
    const until = performance.now() + 0.04;
    while (Atomics.load(words, ${word.epoch}) === seen && performance.now() < until);
    if (Atomics.load(words, ${word.epoch}) === seen) {
      Atomics.add(words, ${word.sleeping}, 1);
      Atomics.wait(words, ${word.epoch}, seen);
      Atomics.sub(words, ${word.sleeping}, 1);
    }
    seen = Atomics.load(words, ${word.epoch});
    if (Atomics.load(words, ${word.stop})) return;
    for (;;) {
      const claim = Atomics.load(words, ${word.claim});
      if ((claim & ${maxParts}) >= Atomics.load(words, ${word.parts})) break;
      if (Atomics.compareExchange(words, ${word.claim}, claim, claim + 1) !== claim) continue;
      // Read again: now that a part is ours, the job cannot change before we finish it.
      if ((claim & ${maxParts}) >= Atomics.load(words, ${word.parts})) break;
      try {
        fns[Atomics.load(words, ${word.fn})](${argsAddress}, claim & ${maxParts}, scratch);
      } catch (error) {
        Atomics.store(words, ${word.failed}, 1);
      }
      Atomics.add(words, ${word.done}, 1);
      Atomics.notify(words, ${word.done});
    }
  }
});
`;
