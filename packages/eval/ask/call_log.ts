/** The log of calls: what was asked and paid for is known, whatever happens afterwards. */
import type { Answer } from "./ask.ts";

/** One try of one question. Also tries that fail are in the log, for they may cost. */
export interface Call {
  /** Hash of the question and of who was asked. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What came. */
  readonly answer?: Answer;
  /** What came instead, in a sentence. */
  readonly failure?: string;
  /** Whether a failure is certain to have cost nothing. @default {false} */
  readonly free?: boolean;
}

/** Append-only. */
export interface CallLog {
  /** Adds a call. When it resolves the call is safe from `kill -9`. */
  append(call: Call): Promise<void>;
  /** Answers to a question, the latest first. */
  answers(key: string): Promise<readonly Answer[]>;
}

/**
 * A log in memory: for programs that end with what they asked.
 *
 * @returns The log, empty.
 *
 * @example Usage
 * ```ts
 * import { memoryCallLog } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const log = memoryCallLog();
 * await log.append({ key: "k", at: 0, answer: { text: "A", finish: "stop" } });
 * assertEquals((await log.answers("k")).map(({ text }) => text), ["A"]);
 * ```
 */
export function memoryCallLog(): CallLog {
  const kept = new Map<string, Answer[]>();
  return {
    append({ key, answer }) {
      if (answer) kept.set(key, [answer, ...kept.get(key) ?? []]);
      return Promise.resolve();
    },
    answers: (key) => Promise.resolve(kept.get(key) ?? []),
  };
}
