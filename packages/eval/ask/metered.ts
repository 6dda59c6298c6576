/** All that asking at scale takes, in the one order that works. */
import type { Answer, Ask, AskOptions, Question } from "./ask.ts";
import { budgeted, type BudgetOptions } from "./budgeted.ts";
import { type CallLog, memoryCallLog } from "./call_log.ts";
import { guarded, type GuardOptions } from "./guarded.ts";
import { limited, type LimitOptions } from "./limited.ts";
import { queued, type QueueOptions } from "./queued.ts";
import { recorded } from "./recorded.ts";
import { remembered } from "./remembered.ts";
import { retried, type RetryOptions } from "./retried.ts";
import { type Cost, noCost, type Spent, withCall } from "./spent.ts";

/** How {@linkcode metered} asks. */
export interface MeterOptions extends RetryOptions, LimitOptions, QueueOptions, BudgetOptions, GuardOptions {
  /** Where calls are kept; a program that may be killed wants one on disk. @default {memoryCallLog()} */
  readonly log?: CallLog;
}

/** An {@linkcode Ask} that knows what it has spent. */
export interface Metered extends Ask {
  /** What was spent since it was made. */
  spent(): Spent;
}

/**
 * Asks at scale: no call is lost or paid twice, failures that pass are tried again, and limits are kept. From the outside in:
 * `remembered`, `guarded`, `retried`, `budgeted`, `queued`, `limited`, `recorded`.
 *
 * @param ask Whom to ask.
 * @param options How.
 * @returns The same, with all of this.
 * @throws {RangeError} If a number is out of its range.
 *
 * @example Usage
 * ```ts
 * import { askOf, metered, type Question } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const usage = { input: 7, output: 1 };
 * const model = askOf("model", () => Promise.resolve({ text: "A", finish: "stop", usage }));
 * const ask = metered(model, { perMinute: 600, requests: 10 });
 * const question: Question = { messages: [{ role: "user", content: "A or B?" }], maxTokens: 1, temperature: 0 };
 * await ask(question);
 * await ask(question);
 * assertEquals(ask.spent(), { tries: 1, answers: 1, failures: 0, input: 7, output: 1, unknown: 0, remembered: 1 });
 * ```
 */
export function metered(ask: Ask, options: MeterOptions = {}): Metered {
  const { log = memoryCallLog() } = options;
  let cost: Cost = noCost;
  let fromMemory = 0;
  const counted: CallLog = {
    async append(call) {
      cost = withCall(cost, call);
      await log.append(call);
    },
    answers: (key) => log.answers(key),
  };
  const once = budgeted(queued(limited(recorded(ask, counted, options.clock), options), options), options);
  const patient = guarded(retried(once, options), options);
  const whole = remembered(patient, log, () => fromMemory++);
  return Object.assign(
    (question: Question, askOptions?: AskOptions): Promise<Answer> => whole(question, askOptions),
    { id: ask.id, spent: (): Spent => ({ ...cost, remembered: fromMemory }) },
  );
}
