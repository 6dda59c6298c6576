/** Nothing that was paid for is forgotten. */
import { type Answer, type Ask, AskError, askOf, type AskOptions, type Question } from "./ask.ts";
import type { Call, CallLog } from "./call_log.ts";
import { type Clock, systemClock } from "./clock.ts";
import { callKey } from "./key.ts";

/**
 * Writes every try into a log, before anybody hears of its answer. Failures are written too, for they may have cost. A cost
 * that is none, such as a negative one, is not known.
 *
 * @param ask Whom to ask.
 * @param log Where to write. If it cannot be written to, asking on would be paying for nothing: a fatal failure.
 * @param clock Tells the time.
 * @returns The same, recorded.
 */
export function recorded(ask: Ask, log: CallLog, clock: Clock = systemClock): Ask {
  return askOf(ask.id, async (question, options) => {
    options.signal?.throwIfAborted(); // what was never asked is no try
    const at = clock.now();
    const [key, came] = await Promise.all([
      callKey(ask.id, question), // while the server thinks
      attempt(ask, question, options),
    ]);
    const call = "answer" in came
      ? { key, at, answer: came.answer }
      : { key, at, ...failureOf(came.error, options.signal) };
    await append(log, call, ask.id);
    if ("answer" in came) return came.answer;
    throw came.error;
  });
}

/** Asks once. Also what is thrown at once is a failure. */
async function attempt(
  ask: Ask,
  question: Question,
  options: AskOptions,
): Promise<{ answer: Answer } | { error: unknown }> {
  try {
    return { answer: billed(await ask(question, options)) };
  } catch (error) {
    return { error };
  }
}

/** An answer without a cost that cannot be one: it would break every sum that it enters. */
function billed({ usage, ...answer }: Answer): Answer {
  const plausible = usage && [usage.input, usage.output].every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32);
  return plausible ? { ...answer, usage } : answer;
}

function failureOf(error: unknown, signal: AbortSignal | undefined): Pick<Call, "failure" | "free"> {
  if (error instanceof AskError) return { failure: error.message, free: error.free };
  if (signal?.aborted) return { failure: "Given up before there was an answer" };
  return { failure: error instanceof Error ? error.message : `${error}` };
}

async function append(log: CallLog, call: Call, id: string): Promise<void> {
  try {
    await log.append(call);
  } catch (error) {
    const why = error instanceof Error ? error.message : `${error}`;
    throw new AskError(`Cannot write what ${id} answered into the log of calls: ${why}`, "fatal");
  }
}
