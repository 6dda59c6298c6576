/** What the server is made of: who scores, who judges, where things are kept. */

/** A response to score. */
export interface ScoreRow {
  /** Names the prompt. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** What was said, without special tokens. */
  readonly response: string;
  /** Prompt and response as they were sent, special tokens included. */
  readonly text: string;
}

/** Scores responses: a local model in a thread of its own, or another server. */
export interface Score {
  /**
   * Scores.
   *
   * @returns A raw reward for each row, in their order.
   */
  (rows: readonly ScoreRow[], signal?: AbortSignal): Promise<ArrayLike<number>>;
  /** What scores: the `rewardModel` of the baselines that go with it. */
  readonly id: string;
  /** Texts of special tokens, which are taken off what is sent. */
  readonly specials?: Specials;
}

/** Texts of special tokens. */
export interface Specials {
  /** What begins a text, such as `<s>`. */
  readonly begin?: string;
  /** What may end one, any number of times, such as `</s>` and what fills up. */
  readonly end?: readonly string[];
}

/** Draws baseline responses to a prompt on the spot, as those of the table were drawn. */
export interface Sample {
  /**
   * Draws.
   *
   * @returns As many responses as the table has for a prompt.
   */
  (prompt: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** Who responds: the `policy` of the table. */
  readonly policy: string;
}

/** What is done about a prompt without a baseline: it is refused, sampled on the spot, or its reward stays raw. */
export type Missing = "refuse" | "sample" | "raw";
