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

/** What may come out. Invalid is no decision, and no tie. */
export type Winner = "a" | "b" | "tie" | "invalid";

/** What a judge said when the responses stood in one of their two orders. */
export interface Game {
  /** Which response stood first. */
  readonly first: "a" | "b";
  /** Who won, whatever the order was. */
  readonly winner: Winner;
  /** Why there is no decision. */
  readonly reason?: string;
  /** The judge's own words. */
  readonly rationale?: string;
}

/** What stands behind a decision, where a judge asks more than once. */
export interface Evidence {
  /** Both orders of the responses, for judges whom the order may sway. */
  readonly games?: readonly Game[];
  /** What each member of a panel decided, by the id of the judge. */
  readonly members?: Readonly<Record<string, Winner>>;
}

/** A judge's decision. */
export type Verdict =
  | Evidence & {
    /** Which response is better. */
    readonly winner: "a" | "b" | "tie";
  }
  | Evidence & {
    /** No decision. It is no tie. */
    readonly winner: "invalid";
    /** Why there is none. */
    readonly reason: string;
  };

/** Compares two responses. */
export interface Judge {
  /** What it is: model, template and settings, so that other ones have another id. */
  readonly id: string;
  /** Compares. Rejects only when no comparison can be had at all, or the signal says so; else what fails is invalid. */
  compare(pair: Pair, signal?: AbortSignal): Promise<Verdict>;
}
