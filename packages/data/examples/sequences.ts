/** Examples as token ids, ready to be packed. */

/** Token ids of a prompt and its completion. */
export interface Sequence {
  /** Ids of all tokens, an end token included. */
  readonly tokens: Uint32Array;
  /** Index of the first token to predict, 1 or more: the length of the prompt, or 1 if all tokens count. */
  readonly start: number;
}

/** The two sequences of a preference; their prompts are the same tokens. */
export interface SequencePair {
  /** The better one. */
  readonly chosen: Sequence;
  /** The other one. */
  readonly rejected: Sequence;
  /** By how much the reward of `chosen` should be above that of `rejected`, 0 or more. */
  readonly margin: number;
}

/** A sequence with a number that says how good it is. */
export interface RatedSequence extends Sequence {
  /** The higher, the better. */
  readonly rating: number;
}
