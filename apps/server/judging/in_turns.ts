/** Things that come one by one and are written together. */
import { nextTurn } from "../http/in_time.ts";

/** Takes things and writes them. */
export interface Turns<T> {
  /** Takes one. When it resolves there is room for more. */
  add(item: T): Promise<void>;
  /** Waits until all are written. */
  written(): Promise<void>;
}

/** Most that are written at once: while a source never waits, all else would. */
const most = 100;

/**
 * Writes what comes in one turn of the event loop at once: one wait for the disk instead of many.
 *
 * @param write Writes.
 * @param failed Hears of what it throws.
 */
export function inTurns<T>(write: (items: T[]) => void, failed: (error: unknown) => void): Turns<T> {
  const items: T[] = [];
  let turn: Promise<void> | undefined;
  const writeAll = () => {
    turn = undefined;
    write(items.splice(0));
  };
  return {
    async add(item) {
      items.push(item);
      turn ??= nextTurn().then(writeAll).catch(failed);
      if (items.length >= most) await turn;
    },
    written: async () => await turn,
  };
}
