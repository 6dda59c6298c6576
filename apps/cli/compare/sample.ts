/** One response of each policy to each prompt, and how far each policy has gone from the first. */
import type { Device } from "@tare/core";
import type { Episode } from "@tare/sampler";
import { loadForGeneration, type TextModel } from "../model.ts";
import { longestOf, type PromptToAnswer } from "../prompts.ts";
import { divergences } from "./divergence.ts";
import type { Policy } from "./policies.ts";
import { promptsFor, respond } from "./respond.ts";
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

/** What one policy says: a response to each prompt, and their KL where there is such a number. */
export interface Drawn {
  /** Name of the policy. */
  readonly name: string;
  /** A response to each prompt. */
  readonly episodes: readonly Episode[];
  /** KL of each against the reference. */
  readonly kl?: readonly number[];
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

/** Samples all policies, one model after the other in memory, and tells the tally of each response. */
export async function samplePolicies(
  device: Device,
  policies: readonly Policy[],
  prompts: readonly PromptToAnswer[],
  settings: SampleSettings,
  tally: Tally,
  signal: AbortSignal,
): Promise<Sampled> {
  const { room, temperature, seed, "max-tokens": maxTokens, "best-of": n, "micro-tokens": microTokens } = settings;
  const [reference] = policies;
  const place = ({ place, files }: Policy): Promise<TextModel> =>
    loadForGeneration(device, place, files, { n: prompts.length, maxTokens, prompt: longestOf(prompts) });
  const sampled: { policy: Policy; episodes: Episode[] }[] = [];
  let candidates: Episode[] = [];
  for (const policy of policies) {
    using _scope = device.scope();
    const model = await place(policy);
    const own = promptsFor(policy, reference!, prompts, room);
    const draw = (n: number, stage: number) =>
      respond(device, model, policy, own, { n, maxTokens, temperature, seed, stage }, tally, signal);
    sampled.push({ policy, episodes: await draw(1, stages.evaluation) });
    if (n !== undefined && policy === reference) candidates = await draw(n, stages.bestOf);
  }
  using _scope = device.scope();
  const model = await place(reference!);
  const options = { temperature, microTokens, signal };
  const measurable = ({ ids, config }: Policy) =>
    temperature > 0 && ids === reference!.ids && config.vocabulary === reference!.config.vocabulary;
  const drawn: Drawn[] = [];
  for (const { policy, episodes } of sampled) {
    const kl = policy !== reference && measurable(policy)
      ? await divergences(device, model, episodes, options)
      : undefined;
    drawn.push({ name: policy.name, episodes, kl });
  }
  return { drawn, candidates };
}
