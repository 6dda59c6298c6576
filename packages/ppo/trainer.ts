/** Proximal policy optimisation. */
import type { Adapter, Device, Model } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import type { Episode, Prompt, Reward } from "@tare/sampler";
import type { PpoConfig } from "./config.ts";
import type { PpoState, PpoStep } from "./step.ts";

/** A model on its device, with an adapter if it has one. */
export interface Placed {
  /** Where it is. */
  readonly device: Device;
  /** The model. */
  readonly model: Model;
  /** An adapter over it. */
  readonly adapter?: Adapter;
}

/** What PPO works with. The models may sit on different devices. */
export interface PpoOptions {
  /** What is trained, in place: the adapter where there is one, else the transformer. */
  readonly policy: Placed;
  /** Estimates values; its model has a scalar head. Trained in place. Not used with RLOO. */
  readonly critic?: Placed;
  /** What the policy is held near to. It stays as it is; it shares no tensor with what is trained. */
  readonly reference: Placed;
  /** Scores episodes. */
  readonly reward: Reward<Episode>;
  /** What to respond to. */
  readonly prompts: readonly Prompt[];
  /** Makes ids of prompts that have none, and text of responses. */
  readonly tokenizer?: Tokenizer;
  /** Settings that are not to be the defaults. */
  readonly config?: Partial<PpoConfig>;
  /** Ends the run: after the iteration under way, which is yielded, without an error. */
  readonly signal?: AbortSignal;
  /** A state of an earlier run with the same settings, models and prompts: the run goes on from there. */
  readonly state?: PpoState;
}

/** Trains a policy. */
// deno-lint-ignore require-yield
export async function* ppo(_options: PpoOptions): AsyncGenerator<PpoStep, void, void> {
  await Promise.reject(new Error("not there yet"));
}
