/** What offline sampling finds out about one prompt. `@tare/contrastive` makes baselines of it. */

/** How the responses of a row were drawn. */
export interface SamplingRecord {
  /** Responses of each prompt. */
  readonly k: number;
  /** Logits were divided by this. */
  readonly temperature: number;
  /** Most tokens of a response. */
  readonly maxTokens: number;
  /** Key of the random numbers. */
  readonly seed: number;
}

/** A response and its reward. */
export interface ScoredResponse {
  /** Its text. */
  readonly response: string;
  /** What the reward says of it. */
  readonly reward: number;
}

/** What is known of one prompt before training begins. A line of `baselines.jsonl`. */
export interface BaselineRow {
  /** Names the prompt. */
  readonly promptId: string;
  /** SHA-256 of the rendered prompt in UTF-8, in hexadecimal. */
  readonly promptHash: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** k responses of the policy. */
  readonly responses: readonly string[];
  /** Their rewards. */
  readonly rewards: readonly number[];
  /** The most likely response, where it was asked for. */
  readonly greedy?: ScoredResponse;
  /** The data's own response, where the data have one. */
  readonly dataset?: ScoredResponse;
  /** What the responses were drawn from: the sampler's id. */
  readonly policy: string;
  /** What scored them: the reward's id. */
  readonly rewardModel: string;
  /** Fingerprint of the chat template that rendered the prompt; empty without one. */
  readonly template: string;
  /** How they were drawn. */
  readonly sampling: SamplingRecord;
}
