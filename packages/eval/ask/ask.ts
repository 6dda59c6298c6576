/** Asking a language model: the one function that judges need, whoever answers. */

/** One message of a conversation. */
export interface Message {
  /** Who speaks. */
  readonly role: "system" | "user" | "assistant";
  /** What is said. */
  readonly content: string;
}

/** What a language model is asked: everything that decides its answer, beside who is asked. */
export interface Question {
  /** The conversation so far. */
  readonly messages: readonly Message[];
  /** Most tokens of the answer. */
  readonly maxTokens: number;
  /** Divides logits; 0 takes the most likely token. */
  readonly temperature: number;
  /** JSON schema that the answer is to follow, where the server can hold a model to one; elsewhere it is left out. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Which of several answers to the same question is meant. It is not sent. @default {0} */
  readonly repeat?: number;
}

/** What a language model answers. */
export interface Answer {
  /** The text. */
  readonly text: string;
  /** Why it ended: by itself, cut off, or held back by the model or its filter. */
  readonly finish: "stop" | "length" | "refusal";
  /** Tokens that were paid for; absent where the server does not say. */
  readonly usage?: { readonly input: number; readonly output: number };
}

/** How a question is put. */
export interface AskOptions {
  /** Whether an answer is one that counts. One that does not is never taken from what was kept, but asked for anew. */
  readonly accept?: (answer: Answer) => boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Asks a language model. */
export interface Ask {
  /** Who answers: model and server. */
  readonly id: string;
  /**
   * Asks.
   *
   * @throws {AskError} If there is no answer.
   */
  (question: Question, options?: AskOptions): Promise<Answer>;
}

/**
 * Makes an {@linkcode Ask} of a function.
 *
 * @param id Who answers: part of what answers are kept under.
 * @param answer Answers.
 * @returns The function, with its id.
 *
 * @example Usage
 * ```ts
 * import { askOf } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const parrot = askOf("parrot", ({ messages }) => Promise.resolve({ text: messages[0]!.content, finish: "stop" }));
 * const { text } = await parrot({ messages: [{ role: "user", content: "A" }], maxTokens: 1, temperature: 0 });
 * assertEquals(text, "A");
 * ```
 */
export function askOf(id: string, answer: (question: Question, options: AskOptions) => Promise<Answer>): Ask {
  return Object.assign((question: Question, options: AskOptions = {}) => answer(question, options), { id });
}

/**
 * What a failure says about further tries: `transient` may pass (429, 5xx, a broken connection, no answer in time);
 * `question` is about this question alone (400, a redirect, an answer that cannot be read); `fatal` would meet every question
 * (401, 403, 404).
 */
export type FailureKind = "transient" | "question" | "fatal";

/** There is no answer. The message is one sentence, without secrets. */
export class AskError extends Error {
  /** The name of its class, also where code is minified. */
  override readonly name: string = "AskError";
  /** What it says about further tries. */
  readonly kind: FailureKind;
  /** Milliseconds after which the server wants to be asked again; 0 if it may be at once. */
  readonly retryAfter?: number;
  /** Whether it is certain to have cost nothing: the server refused, or was never reached. */
  readonly free: boolean;

  /**
   * Makes the error.
   *
   * @param message One sentence, without secrets.
   * @param kind What it says about further tries.
   * @param retryAfter Milliseconds after which the server wants to be asked again; 0 if it may be at once.
   * @param free Whether it is certain to have cost nothing.
   */
  constructor(message: string, kind: FailureKind, retryAfter?: number, free: boolean = false) {
    super(message);
    this.kind = kind;
    this.free = free;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}
