/** The caller's side of the thread pool: publish a job, work along, wait for the rest. */
import { argsAddress, maxParts, word, workerSource } from "./worker_source.ts";

interface NodeWorker {
  unref(): void;
}

type KernelFunction = (args: number, part: number, scratch: number) => void;

/** Runs the parts of a job on the caller and on `helpers` further threads. */
export class Threads {
  readonly #words: Int32Array;
  readonly #fns: readonly KernelFunction[];
  readonly #scratch: number;
  readonly #helpers: number;
  #epoch = 0;

  constructor(memory: WebAssembly.Memory, fns: readonly KernelFunction[], scratch: number, helpers: number) {
    this.#words = new Int32Array(memory.buffer, 0, 64);
    this.#fns = fns;
    this.#scratch = scratch;
    this.#helpers = helpers;
  }

  /**
   * Calls `fns[fn](argsAddress, part, scratch)` for every part; parts run in any order, on any thread, or all on the
   * caller if the work is `small`.
   */
  run(fn: number, parts: number, small: boolean): void {
    const kernel = this.#fns[fn]!;
    if (small || parts <= 1 || this.#helpers === 0) {
      for (let part = 0; part < parts; part++) kernel(argsAddress, part, this.#scratch);
      return;
    }
    if (parts > maxParts) throw new RangeError(`Cannot split a job into ${parts} parts: at most ${maxParts}`);
    const words = this.#words;
    this.#epoch = (this.#epoch + 1) & 0xfff;
    Atomics.store(words, word.parts, 0); // until the claim word is new, late threads find no part
    Atomics.store(words, word.claim, this.#epoch << 20);
    Atomics.store(words, word.fn, fn);
    Atomics.store(words, word.done, 0);
    Atomics.store(words, word.parts, parts);
    Atomics.add(words, word.epoch, 1);
    if (Atomics.load(words, word.sleeping) > 0) Atomics.notify(words, word.epoch);
    let failure: unknown;
    for (;;) {
      const claim = Atomics.load(words, word.claim);
      const part = claim & maxParts;
      if (part >= parts) break;
      if (Atomics.compareExchange(words, word.claim, claim, claim + 1) !== claim) continue;
      try {
        kernel(argsAddress, part, this.#scratch);
      } catch (error) {
        failure = error; // go on: other threads still use the arguments
      }
      Atomics.add(words, word.done, 1);
    }
    this.#waitFor(parts);
    const elsewhere = Atomics.exchange(words, word.failed, 0);
    if (failure) throw failure;
    if (elsewhere) throw new Error("a part failed on another thread");
  }

  /** Lets the threads end. */
  stop(): void {
    Atomics.store(this.#words, word.stop, 1);
    Atomics.add(this.#words, word.epoch, 1);
    Atomics.notify(this.#words, word.epoch);
  }

  #waitFor(parts: number): void {
    const words = this.#words;
    const until = performance.now() + 0.2;
    let done = Atomics.load(words, word.done);
    while (done < parts) {
      if (performance.now() > until) Atomics.wait(words, word.done, done, 100);
      done = Atomics.load(words, word.done);
    }
  }
}

/**
 * Starts helper threads where the runtime has `node:worker_threads` (Deno, Node, Bun); elsewhere none. They are
 * `unref`'d: a program that forgets to dispose of its device ends all the same.
 *
 * @returns How many threads were started.
 */
export async function startHelpers(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scratches: readonly number[],
): Promise<number> {
  if (scratches.length === 0) return 0;
  // Not a literal: browsers and bundlers must not look for it. So `deno publish` warns that it cannot analyze the import,
  // which is harmless: a name of Node's own needs no rewriting.
  const name = "node:worker_threads";
  let Worker: new (source: string, options: { eval: true; workerData: unknown }) => NodeWorker;
  try {
    ({ Worker } = await import(name));
  } catch {
    return 0;
  }
  for (const scratch of scratches) {
    new Worker(workerSource, { eval: true, workerData: { module, memory, scratch } }).unref();
  }
  return scratches.length;
}
