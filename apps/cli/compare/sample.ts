/** One response of each policy to each prompt, and how far each policy has gone from the first. */
import type { Device } from "@tare/core";
import type { Episode } from "@tare/sampler";
import { loadForGeneration, type TextModel } from "../model.ts";
import { longestOf, type PromptToAnswer } from "../prompts.ts";
import { divergences } from "./divergence.ts";
import type { Checkpoint } from "./policies.ts";
import { promptsFor, respond } from "./respond.ts";
import type { Facts } from "./table.ts";
import type { Tally } from "./tally.ts";

/** How policies are sampled. */
export interface SampleSettings {
  /** Most tokens of a prompt. */
  readonly room: number;
  /** Most tokens of a response. */
  readonly "max-tokens": number;
  /** Logits are divided by this. */
  readonly temperature: number;
  /** Key of the random numbers. */
  readonly seed: number;
  /** Candidates of each prompt, for the best of n. */
  readonly "best-of"?: number;
  /** Most tokens of a forward pass. */
  readonly "micro-tokens": number;
}

/** What one policy says: a response to each prompt, and what is known of each beside its text. */
export interface Drawn {
  /** Name of the policy. */
  readonly name: string;
  /** A response to each prompt. */
  readonly episodes: readonly Episode[];
  /** Why each ended, its tokens, its KL against the reference: as far as there is such a thing. */
  readonly facts: readonly Facts[];
}

/** What an episode that was drawn here tells of itself. */
export function factsOf({ finish, tokens }: Episode): Facts {
  return { finish, length: tokens.length };
}

/** What was drawn. */
export interface Sampled {
  /** What each policy says. */
  readonly drawn: readonly Drawn[];
  /** n responses of the first policy to each prompt, prompt by prompt; none where nobody asks for the best of them. */
  readonly candidates: readonly Episode[];
}

/** Stages of the random numbers: what is drawn here shares none with what was drawn in training. */
const stages = { evaluation: 4, bestOf: 5 } as const;

/**
 * Samples checkpoints, one model after the other in memory, and tells the tally of each response.
 *
 * @param policies All that are to be sampled.
 * @param reference What KL is measured against, and best of n is drawn from, if that is a checkpoint.
 */
export async function sampleCheckpoints(
  device: Device,
  policies: readonly Checkpoint[],
  reference: Checkpoint | undefined,
  prompts: readonly PromptToAnswer[],
  settings: SampleSettings,
  tally: Tally,
  signal: AbortSignal,
): Promise<Sampled> {
  const { room, temperature, seed, "max-tokens": maxTokens, "best-of": n, "micro-tokens": microTokens } = settings;
  const place = ({ place, files }: Checkpoint): Promise<TextModel> =>
    loadForGeneration(device, place, files, { n: prompts.length, maxTokens, prompt: longestOf(prompts) });
  const sampled: { policy: Checkpoint; episodes: Episode[] }[] = [];
  let candidates: Episode[] = [];
  for (const policy of policies) {
    using _scope = device.scope();
    const model = await place(policy);
    const own = promptsFor(policy, policies[0]!, prompts, room);
    const draw = (n: number, stage: number) =>
      respond(device, model, policy, own, { n, maxTokens, temperature, seed, stage }, tally, signal);
    sampled.push({ policy, episodes: await draw(1, stages.evaluation) });
    if (n !== undefined && policy === reference) candidates = await draw(n, stages.bestOf);
  }
  const own = sampled.map(({ policy: { name }, episodes }) => ({ name, episodes, facts: episodes.map(factsOf) }));
  if (!reference) return { drawn: own, candidates };
  using _scope = device.scope();
  const model = await place(reference);
  const options = { temperature, microTokens, signal };
  const measurable = (policy: Checkpoint) =>
    policy !== reference && temperature > 0 && policy.ids === reference.ids &&
    policy.config.vocabulary === reference.config.vocabulary;
  const drawn: Drawn[] = [];
  for (const [i, { name, episodes, facts }] of own.entries()) {
    const kl = measurable(sampled[i]!.policy) ? await divergences(device, model, episodes, options) : undefined;
    drawn.push({ name, episodes, facts: kl ? facts.map((fact, j) => ({ ...fact, kl: kl[j]! })) : facts });
  }
  return { drawn, candidates };
}
