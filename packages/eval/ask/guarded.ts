/** A server that answers nobody is not asked ten thousand times. */
import { type Ask, AskError, askOf } from "./ask.ts";
import { BudgetError } from "./budgeted.ts";

/** When a server is given up. */
export interface GuardOptions {
  /** Questions in a row that may go without an answer. @default {20} */
  readonly failures?: number;
}

/**
 * Gives up a server that answers nobody: when that many questions in a row have failed, the failure is fatal. A question that
 * is refused for its own sake counts only while the server has answered none at all.
 *
 * @param ask Whom to ask; it has tried again what is worth it.
 * @param options When to give up.
 * @returns The same, less stubborn.
 * @throws {RangeError} If `failures` is no integer of 1 or more.
 */
export function guarded(ask: Ask, { failures: most = 20 }: GuardOptions = {}): Ask {
  if (!(Number.isInteger(most) && most >= 1)) {
    throw new RangeError(`Expected failures to be an integer of 1 or more but found ${most}`);
  }
  let [failures, answered] = [0, false];
  return askOf(ask.id, async (question, options) => {
    try {
      const answer = await ask(question, options);
      [failures, answered] = [0, true];
      return answer;
    } catch (error) {
      if (!(error instanceof AskError) || error instanceof BudgetError || error.kind === "fatal") throw error;
      if (error.kind === "transient" || !answered) failures++;
      if (failures < most) throw error;
      throw new AskError(
        `Expected answers from ${ask.id} but ${failures} questions in a row got none, the last one because: ${error.message}`,
        "fatal",
        undefined,
        true,
      );
    }
  });
}
