/** What asking has cost. */
import type { Call } from "./call_log.ts";

/** What tries have cost. */
export interface Cost {
  /** Requests, those that failed included. */
  readonly tries: number;
  /** Tries that were answered, whatever the answer is worth. */
  readonly answers: number;
  /** Tries that were not. */
  readonly failures: number;
  /** Tokens of questions that were paid for, as far as servers said so. */
  readonly input: number;
  /** Tokens of answers that were paid for, as far as servers said so. */
  readonly output: number;
  /** Tries whose cost nobody said: answers without usage, broken and missing answers. */
  readonly unknown: number;
}

/** What a run has cost, and what it did not. */
export interface Spent extends Cost {
  /** Answers that took no request: they were kept, or an equal question was under way. */
  readonly remembered: number;
}

/** Nothing. */
export const noCost: Cost = { tries: 0, answers: 0, failures: 0, input: 0, output: 0, unknown: 0 };

/**
 * Adds a call.
 *
 * @param cost What others cost.
 * @param call One more.
 * @returns The sum.
 */
export function withCall(cost: Cost, { answer, free = false }: Call): Cost {
  return {
    tries: cost.tries + 1,
    answers: cost.answers + (answer ? 1 : 0),
    failures: cost.failures + (answer ? 0 : 1),
    input: cost.input + (answer?.usage?.input ?? 0),
    output: cost.output + (answer?.usage?.output ?? 0),
    unknown: cost.unknown + (answer?.usage || !answer && free ? 0 : 1),
  };
}
