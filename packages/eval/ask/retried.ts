/** Failures that pass are worth another try. */
import { type Ask, AskError, askOf } from "./ask.ts";
import { type Clock, systemClock } from "./clock.ts";

/** How patiently a server is asked. */
export interface RetryOptions {
  /** Tries of a question at most. @default {5} */
  readonly attempts?: number;
  /** Milliseconds that the first pause lasts at most; each further one up to twice as long. @default {1000} */
  readonly pause?: number;
  /** Milliseconds that any pause lasts at most. @default {60000} */
  readonly longest?: number;
  /** Milliseconds that a server may ask to wait for; who asks for more is not asked again. @default {300000} */
  readonly patience?: number;
  /** Draws numbers from 0 to 1. @default {Math.random} */
  readonly random?: () => number;
  /** Tells the time and waits. */
  readonly clock?: Clock;
}

/**
 * Tries again after failures that may pass ({@linkcode AskError} of kind `transient`). Before try k + 1 it waits
 * u · min(longest, pause · 2ᵏ⁻¹) with u uniform in [0, 1), so that many who failed together do not come back together; on top
 * of what the server asked for, if it did.
 *
 * @param ask Whom to ask.
 * @param options How patiently.
 * @returns The same, more patient.
 * @throws {RangeError} If a number is out of its range.
 */
export function retried(ask: Ask, options: RetryOptions = {}): Ask {
  const { attempts = 5, pause = 1000, longest = 60_000, patience = 300_000 } = options;
  const { random = Math.random, clock = systemClock } = options;
  if (!(Number.isInteger(attempts) && attempts >= 1)) {
    throw new RangeError(`Expected attempts to be an integer of 1 or more but found ${attempts}`);
  }
  for (const [name, value] of Object.entries({ pause, longest, patience })) {
    if (!(value >= 0)) throw new RangeError(`Expected ${name} to be milliseconds of 0 or more but found ${value}`);
  }
  return askOf(ask.id, async (question, askOptions) => {
    for (let tries = 1;; tries++) {
      try {
        return await ask(question, askOptions);
      } catch (error) {
        if (!(error instanceof AskError) || error.kind !== "transient") throw error;
        const { message, kind, retryAfter, free } = error;
        if (tries === attempts || (retryAfter ?? 0) > patience) {
          throw new AskError(tries > 1 ? `${message} (${tries} tries)` : message, kind, retryAfter, free);
        }
        const jitter = random() * Math.min(longest, pause * 2 ** (tries - 1));
        await clock.sleep(retryAfter === 0 ? 0 : (retryAfter ?? 0) + jitter, askOptions.signal);
      }
    }
  });
}
