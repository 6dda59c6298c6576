/** What PPO takes. */
import type { Placed } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import type { Episode, Prompt, Reward } from "@tare/sampler";
import type { PpoConfig } from "./config.ts";
import type { PpoState } from "./step.ts";

/** What PPO works with. The models may sit on different devices. */
export interface PpoOptions {
  /** What is trained, in place: the adapter where there is one, else the transformer. */
  readonly policy: Placed;
  /**
   * Estimates values; its model has a scalar head, which is trained with its adapter or its transformer, in place.
   * `criticOf` makes one. Not used with RLOO.
   */
  readonly critic?: Placed;
  /** What the policy is held near to. It stays as it is; it shares no tensor with what is trained. */
  readonly reference: Placed;
  /** Scores episodes. */
  readonly reward: Reward<Episode>;
  /** What to respond to: prompts that differ, each with an id of its own. */
  readonly prompts: readonly Prompt[];
  /** Makes ids of prompts that have none, and text of responses. */
  readonly tokenizer?: Tokenizer;
  /** Settings that are not to be the defaults. */
  readonly config?: Partial<PpoConfig>;
  /** Ends the run: after the iteration under way, which is yielded, without an error. */
  readonly signal?: AbortSignal;
  /**
   * A state of an earlier run with the same settings, models and prompts: the run goes on from there, on the CPU device
   * with the same bits as if it had never stopped. Its tensors are trained in place, and stay the caller's.
   */
  readonly state?: PpoState;
}
