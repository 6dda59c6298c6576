/** Text to token ids and back: what the rest of Tare asks of a tokenizer. */

/** One turn of a conversation. */
export interface ChatMessage {
  /** Who speaks: `system`, `user` or `assistant`, or what else the template knows. */
  readonly role: string;
  /** What is said. */
  readonly content: string;
}

/** How text becomes ids. */
export interface EncodeOptions {
  /**
   * Adds what the tokenizer puts around every text, such as a token for its beginning.
   *
   * @default {false}
   */
  special?: boolean;
}

/** A tokenizer with its chat template. */
export interface Tokenizer {
  /** One more than the highest id. */
  readonly vocabulary: number;
  /** Id that begins a text. */
  readonly bos?: number;
  /** Id that ends a text. */
  readonly eos?: number;
  /** Id that fills a batch. */
  readonly pad?: number;
  /** Hash of the chat template; empty if there is none. */
  readonly templateHash: string;
  /** Ids of a text that stands at the beginning. */
  encode(text: string, options?: EncodeOptions): number[];
  /** Ids of a text that follows another: no token spans the boundary, and the two decode to the two texts joined. */
  encodeCompletion(text: string): number[];
  /** Text of ids; `special` keeps the special tokens. */
  decode(ids: ArrayLike<number>, options?: { special?: boolean }): string;
  /** A conversation as the model was trained to see it; `reply` adds what begins the assistant's turn. */
  renderChat(messages: readonly ChatMessage[], options?: { reply?: boolean }): string;
}
