/** What it means to sample: prompts in, completions out. Local or remote, the rest of Tare sees this interface only. */

/** What to complete: a text, its ids, or both. */
export interface Prompt {
  /** Names the prompt in results and tables; no other prompt of the call has it. */
  readonly id: string;
  /** The rendered prompt. */
  readonly text?: string;
  /** Its ids; where there are none, the sampler's tokenizer makes them of the text. */
  readonly tokens?: ArrayLike<number>;
}

/** How to sample. */
export interface SampleOptions {
  /** Completions of each prompt. @default {1} */
  n?: number;
  /** Most tokens of a completion. @default {128} */
  maxTokens?: number;
  /** Tokens before an end token may be drawn, or a stop text may be complete. @default {0} */
  minTokens?: number;
  /** Logits are divided by this; 0 takes the most likely token. @default {1} */
  temperature?: number;
  /** Keeps the k most likely tokens; 0 keeps all. @default {0} */
  topK?: number;
  /** Keeps the most likely tokens that together reach this probability. @default {1} */
  topP?: number;
  /** Keeps tokens of at least this share of the most likely one's probability. @default {0} */
  minP?: number;
  /** Divides positive logits of tokens that were there before, multiplies negative ones. @default {1} */
  repetitionPenalty?: number;
  /** A completion ends before the first of these texts. */
  stop?: readonly string[];
  /** Key of the random numbers, with `stage`. @default {0} */
  seed?: number;
  /** Second word of the key: which part of a program draws. @default {0} */
  stage?: number;
  /** Number of the first draw of each prompt; the n draws count on from it. @default {0} */
  draw?: number;
  /** Ends the sampling. */
  signal?: AbortSignal;
}

/** Why a completion ended: the model's end token, a stop text, or the limit of tokens. */
export type FinishReason = "eos" | "stop" | "length";

/** One completion. */
export interface Completion {
  /** The prompt's. */
  readonly promptId: string;
  /** 0 … n − 1. */
  readonly index: number;
  /** The prompt as the model saw it. */
  readonly promptTokens: Uint32Array;
  /** Ids drawn, the end token included. */
  readonly tokens: Uint32Array;
  /** Their text, without end token and stop text. */
  readonly text: string;
  /** Log-probability of each token under the model at this temperature, at 0 under the model itself: what training computes. */
  readonly logProbs: Float32Array;
  /** Log-probability of each token under the distribution that it was drawn from, after penalty and filters; 0 at temperature 0. */
  readonly samplingLogProbs: Float32Array;
  /** Why it ended. */
  readonly finish: FinishReason;
}

/** Draws completions. */
export interface Sampler {
  /** What it draws from: part of the fingerprint of what is made with it. */
  readonly id: string;
  /** Draws `n` completions of each prompt, in the order in which they finish. */
  sample(prompts: readonly Prompt[], options?: SampleOptions): AsyncIterable<Completion>;
}

/** What a stream of completions brings. */
export interface SampleEvent {
  /** The prompt's. */
  readonly promptId: string;
  /** 0 … n − 1. */
  readonly index: number;
  /** Ids drawn since the last event of this completion. */
  readonly tokens: Uint32Array;
  /** Text that is certain since then: no stop text, no half characters. Joined it is the completion's. */
  readonly text: string;
  /** The whole completion, with its last event. */
  readonly completion?: Completion;
}
