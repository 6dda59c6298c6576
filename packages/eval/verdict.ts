/** What a judge decides. */

/** A prompt and two responses to it. */
export interface Pair {
  /** Names the prompt. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** One response. */
  readonly a: string;
  /** The other. */
  readonly b: string;
}

/** A judge's decision. */
export type Verdict =
  | {
    /** Which response is better. */
    readonly winner: "a" | "b" | "tie";
  }
  | {
    /** No decision. It is no tie. */
    readonly winner: "invalid";
    /** Why there is none. */
    readonly reason: string;
  };

/** Compares two responses. */
export interface Judge {
  /** What it is: part of what a verdict is kept under. */
  readonly id: string;
  /** Compares. */
  compare(pair: Pair, signal?: AbortSignal): Promise<Verdict>;
}
