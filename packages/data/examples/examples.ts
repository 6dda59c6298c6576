/** What training learns from: the one form that all formats of data become. */

/** A prompt as text. */
export interface PromptText {
  /** What the model sees; it may be empty. */
  readonly prompt: string;
  /**
   * The prompt without its oldest turns, one more gone each time: the last one is the shortest. What is too long for the
   * model takes the first that fits. Absent or empty if the prompt has no turns to spare.
   */
  readonly shorter?: readonly string[];
  /**
   * Whether a chat template rendered the prompt: it has its special tokens then, and gets no others.
   *
   * @default {false}
   */
  readonly rendered?: boolean;
}

/** A prompt to be answered. */
export interface PromptExample extends PromptText {
  /** What the data calls it. */
  readonly id?: string;
}

/** A prompt with its completion: what supervised fine-tuning learns. */
export interface Demonstration extends PromptText {
  /** What follows the prompt, exactly: with the space or line break between them, without an end token. */
  readonly completion: string;
}

/** A prompt with two completions, one of them better: what reward models and DPO learn. */
export interface Preference extends PromptText {
  /** The better completion. */
  readonly chosen: string;
  /** The other one. */
  readonly rejected: string;
  /**
   * By how much the reward of `chosen` should be above that of `rejected`, 0 or more.
   *
   * @default {0}
   */
  readonly margin?: number;
}

/** A prompt with a completion and a number that says how good it is: what reward models may be regressed on. */
export interface Rating extends Demonstration {
  /** The higher, the better. */
  readonly rating: number;
}
