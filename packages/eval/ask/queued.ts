/** No more requests at a time than a server bears. */
import { type Ask, askOf } from "./ask.ts";
import { orAborted } from "./or_aborted.ts";

/** How many requests may be under way. */
export interface QueueOptions {
  /** Requests at a time; others queue. Judges ask twice a comparison, so their number says something else. @default {Infinity} */
  readonly concurrency?: number;
}

/**
 * Lets some requests through at a time, in the order in which they came. Who is aborted while they wait leaves the queue.
 *
 * @param ask Whom to ask.
 * @param options How many.
 * @returns The same, with a queue.
 * @throws {RangeError} If `concurrency` is no integer of 1 or more, nor infinite.
 */
export function queued(ask: Ask, { concurrency = Infinity }: QueueOptions = {}): Ask {
  if (!(concurrency === Infinity || Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new RangeError(`Expected concurrency to be an integer of 1 or more but found ${concurrency}`);
  }
  let free = concurrency;
  const queue = new Set<() => void>(); // each is handed the place of somebody who leaves

  async function enter(signal: AbortSignal | undefined): Promise<void> {
    if (free > 0) return void free--;
    let wake = () => {};
    const handed = new Promise<void>((resolve) => queue.add(wake = resolve));
    try {
      await orAborted(handed, signal);
    } catch (error) {
      if (!queue.delete(wake)) leave(); // it was handed a place in the same moment
      throw error;
    }
  }

  function leave(): void {
    const [first] = queue;
    if (first === undefined) return void free++;
    queue.delete(first);
    first();
  }

  return askOf(ask.id, async (question, options) => {
    await enter(options.signal);
    try {
      return await ask(question, options);
    } finally {
      leave();
    }
  });
}
