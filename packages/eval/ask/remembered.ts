/** What was answered once is not asked again. */
import { type Answer, type Ask, askOf } from "./ask.ts";
import type { CallLog } from "./call_log.ts";
import { callKey } from "./key.ts";
import { orAborted } from "./or_aborted.ts";

/** A question that somebody waits for. */
interface Asked {
  /** Answers that were there before. */
  readonly kept: Promise<readonly Answer[]>;
  /** Ends the call. */
  readonly stop: AbortController;
  /** The call, from when none of the kept answers counts. */
  call?: Promise<Answer>;
  /** How many wait. */
  waiting: number;
}

/**
 * Takes answers from a log, and asks only for what is not there. Which answers count is said by `accept`: those that do not
 * are asked for anew, and a reader that has learned to read more takes old answers without a call.
 *
 * Equal questions that are under way share one call; it ends when nobody waits for it any more.
 *
 * @param ask Whom to ask. It is what writes the log: see `recorded`.
 * @param log What was answered before.
 * @param onRemembered Hears of each answer that took no call of its own.
 * @returns The same, with a memory.
 */
export function remembered(ask: Ask, log: CallLog, onRemembered: () => void = () => {}): Ask {
  const underWay = new Map<string, Asked>();
  return askOf(ask.id, async (question, { accept = () => true, signal }) => {
    const key = await callKey(ask.id, question);
    signal?.throwIfAborted();
    // It is there before the log is read: an answer that comes in between would be seen by neither.
    const asked = underWay.get(key) ?? { kept: log.answers(key), stop: new AbortController(), waiting: 0 };
    underWay.set(key, asked);
    asked.waiting++;
    try {
      const kept = (await asked.kept).find(accept);
      signal?.throwIfAborted();
      if (kept || asked.call) onRemembered();
      if (kept) return kept;
      asked.call ??= ask(question, { accept, signal: asked.stop.signal });
      return await orAborted(asked.call, signal);
    } finally {
      if (--asked.waiting === 0) {
        underWay.delete(key);
        if (signal?.aborted) asked.stop.abort(signal.reason);
        await asked.call?.catch(() => {}); // until it is in the log
      }
    }
  });
}
