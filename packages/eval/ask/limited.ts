/** Not more requests than a server allows. */
import { type Ask, AskError, askOf } from "./ask.ts";
import { type Clock, systemClock } from "./clock.ts";

/** How fast a server may be asked. */
export interface LimitOptions {
  /** Requests a minute, evenly; a second's worth of them may be made at once. @default {Infinity} */
  readonly perMinute?: number;
  /** Milliseconds that a server may ask to wait for; longer pauses are a failure. @default {300000} */
  readonly patience?: number;
  /** Tells the time and waits. */
  readonly clock?: Clock;
}

/**
 * Asks no faster than a server allows: a bucket of tokens, one a request, that holds a second's worth and fills evenly. When
 * the server says after which time it wants to be asked again, nobody asks before.
 *
 * @param ask Whom to ask.
 * @param options How fast.
 * @returns The same, slower.
 * @throws {RangeError} If `perMinute` is not above 0.
 */
export function limited(ask: Ask, options: LimitOptions = {}): Ask {
  const { perMinute = Infinity, patience = 300_000, clock = systemClock } = options;
  if (!(perMinute > 0)) throw new RangeError(`Expected perMinute to be above 0 but found ${perMinute}`);
  const interval = 60_000 / perMinute;
  const burst = Math.max(0, 1000 - interval); // a full bucket lets this much of the schedule be used in advance
  let next = -Infinity; // when the schedule has room
  let closed = -Infinity; // the server wants no request before

  /** Waits for a turn. One that was taken before the server closed is no turn any more. */
  async function turn(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const wait = closed - clock.now();
      if (wait > patience) {
        const why = `${ask.id} wants to be asked again in ${Math.ceil(wait / 1000)} s, which is too long`;
        throw new AskError(why, "transient", wait, true);
      }
      const slot = Math.max(clock.now() - burst, next, closed);
      next = slot + interval;
      if (slot > clock.now()) await clock.sleep(slot - clock.now(), signal);
      if (slot >= closed) return;
    }
  }

  return askOf(ask.id, async (question, askOptions) => {
    await turn(askOptions.signal);
    try {
      return await ask(question, askOptions);
    } catch (error) {
      if (error instanceof AskError && error.retryAfter) {
        closed = Math.max(closed, clock.now() + error.retryAfter);
      }
      throw error;
    }
  });
}
