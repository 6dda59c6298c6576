/** No more than was meant to be spent. */
import { type Ask, AskError, askOf, type Question } from "./ask.ts";
import { orAborted } from "./or_aborted.ts";

/** What may be spent. */
export interface BudgetOptions {
  /** Requests, those that fail included. @default {Infinity} */
  readonly requests?: number;
  /** Tokens of questions and answers together. @default {Infinity} */
  readonly tokens?: number;
  /** Most tokens that a question may cost. @default {one for three bytes of its messages, eight for each of them, and all of `maxTokens`} */
  readonly estimate?: (question: Question) => number;
}

/** The budget is spent. The question was not asked; another run may. */
export class BudgetError extends AskError {
  /** The name of its class, also where code is minified. */
  override readonly name: string = "BudgetError";

  /**
   * Makes the error.
   *
   * @param message One sentence.
   */
  constructor(message: string) {
    super(message, "question", undefined, true);
  }
}

/**
 * Most tokens that a question may cost: one for every three bytes of its messages (text of any language has fewer, as a rule),
 * eight for the frame of each, and all of the answer's.
 *
 * @param question What is asked.
 * @returns Tokens.
 */
export function estimateTokens({ messages, maxTokens }: Question): number {
  const encoder = new TextEncoder();
  const input = messages.map(({ content }) => Math.ceil(encoder.encode(content).length / 3) + 8);
  return input.reduce((sum, tokens) => sum + tokens, maxTokens);
}

/**
 * Asks until a budget is spent, and then says so. It counts tries, not questions. The estimated cost of a try is set aside while
 * it is under way, and settled by what it did cost; so calls under way together do not pass the budget, if none costs more than
 * its estimate. A try whose cost nobody says is taken to have cost the estimate.
 *
 * @param ask Whom to ask.
 * @param options What may be spent.
 * @returns The same, with a limit. A question that the budget has no room for ends in a {@linkcode BudgetError}.
 * @throws {RangeError} If a number is negative or none.
 */
export function budgeted(ask: Ask, options: BudgetOptions = {}): Ask {
  const { requests = Infinity, tokens = Infinity, estimate = estimateTokens } = options;
  for (const [name, value] of Object.entries({ requests, tokens })) {
    if (!(value >= 0)) throw new RangeError(`Expected ${name} to be 0 or more but found ${value}`);
  }
  let [tries, spent, reserved] = [0, 0, 0];
  const waiting: (() => void)[] = [];

  /** Sets a cost aside. Where there is no room, calls under way may still leave some. */
  async function reserve(cost: number, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      if (tries >= requests) throw new BudgetError(`The budget of ${requests} requests is spent`);
      if (spent + reserved + cost <= tokens) break;
      if (reserved === 0) {
        throw new BudgetError(`The budget of ${tokens} tokens is spent: ${spent} are, and this may take ${cost} more`);
      }
      await orAborted(new Promise<void>((wake) => waiting.push(wake)), signal);
    }
    tries++;
    reserved += cost;
  }

  function settle(estimated: number, cost: number): void {
    reserved -= estimated;
    spent += cost;
    for (const wake of waiting.splice(0)) wake();
  }

  return askOf(ask.id, async (question, askOptions) => {
    const cost = tokens === Infinity ? 0 : estimate(question);
    await reserve(cost, askOptions.signal);
    let paid = cost;
    try {
      const answer = await ask(question, askOptions);
      if (answer.usage) paid = answer.usage.input + answer.usage.output;
      return answer;
    } catch (error) {
      if (error instanceof AskError && error.free) paid = 0;
      throw error;
    } finally {
      settle(cost, paid);
    }
  });
}
