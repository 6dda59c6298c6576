/** What a run keeps of its steps, whatever it trains. */

/** What a trainer's state tells of its best model. */
export interface RunState {
  /** The evaluation that is the best so far; `null` before the first one. */
  readonly best: { readonly step: number } | null;
}

/** What every trainer yields. */
export interface RunStep<S extends RunState = RunState> {
  /** Updates done, from 1. */
  readonly step: number;
  /** Updates of the whole run. */
  readonly steps: number;
  /** How often the examples have been seen, on average. */
  readonly epoch?: number;
  /** Numbers of this update, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Numbers of held-out examples, by name. */
  readonly evaluation?: Readonly<Record<string, number>>;
  /** What was learned from, if that is to be kept. */
  readonly episodes?: readonly object[];
  /** Whether this evaluation is the best of all so far. */
  readonly best: boolean;
  /** What to save. */
  readonly state: S;
}
