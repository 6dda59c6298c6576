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
   * Adds what the tokenizer puts around every text, such as a token for its beginning. Rendered chats have it already.
   *
   * @default {false}
   */
  special?: boolean;
}

/** How ids become text. */
export interface DecodeOptions {
  /**
   * Keeps special tokens, such as the one that ends a text.
   *
   * @default {false}
   */
  special?: boolean;
  /**
   * The ids follow other ids: a space in front of them stays, which some tokenizers drop from the beginning of a text.
   *
   * @default {false}
   */
  completion?: boolean;
}

/** A tokenizer with its chat template. */
export interface Tokenizer {
  /** One more than the highest id. */
  readonly vocabulary: number;
  /** Id that begins a text. */
  readonly bos?: number;
  /** Id that ends a text: the one to train on. */
  readonly eos?: number;
  /** Ids at which generation ends: `eos`, and others that the checkpoint names, such as the end of a turn. */
  readonly ends: readonly number[];
  /** Id that fills a batch. */
  readonly pad?: number;
  /** Hash of the chat template; empty if there is none. */
  readonly templateHash: string;
  /** Ids of a text that stands at the beginning. */
  encode(text: string, options?: EncodeOptions): number[];
  /**
   * Ids of a text that follows another, whatever that is: no token spans the boundary, and the ids of both, joined, decode
   * to the first as it decodes alone and then to `text`.
   */
  encodeCompletion(text: string): number[];
  /** Text of ids; ids that the tokenizer does not know, as models with a padded embedding draw them, are left out. */
  decode(ids: ArrayLike<number>, options?: DecodeOptions): string;
  /** A conversation as the model was trained to see it; `reply` adds what begins the assistant's turn. */
  renderChat(messages: readonly ChatMessage[], options?: { reply?: boolean }): string;
}
