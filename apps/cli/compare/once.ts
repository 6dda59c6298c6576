/** A judge that a panel listens to. */
import type { Judge, Pair, Verdict } from "@tare/eval";

/**
 * Lets a judge decide each pair once: a panel that comes later hears what was said, also of pairs that could not be decided,
 * and pays for nothing again.
 *
 * @param judge Who decides.
 * @returns The same, with a memory of the pairs that it has seen.
 */
export function once(judge: Judge): Judge {
  const said = new WeakMap<Pair, Promise<Verdict>>();
  return {
    id: judge.id,
    compare(pair, signal) {
      const verdict = said.get(pair) ?? judge.compare(pair, signal);
      said.set(pair, verdict);
      return verdict;
    },
  };
}
