/** What policies say to prompts. */
import type { Device } from "@tare/core";
import { encodePrompt } from "@tare/data";
import { type Episode, episodeOf, localSampler, type Prompt } from "@tare/sampler";
import type { TextModel } from "../model.ts";
import type { PromptToAnswer } from "../prompts.ts";
import type { Checkpoint } from "./policies.ts";
import type { Tally } from "./tally.ts";

/** How responses are drawn. */
export interface RespondOptions {
  /** Responses of each prompt. */
  readonly n: number;
  /** Most tokens of a response. */
  readonly maxTokens: number;
  /** Logits are divided by this. */
  readonly temperature: number;
  /** Key of the random numbers: with one seed all policies draw by the same ones. */
  readonly seed: number;
  /** Which random numbers of the seed. */
  readonly stage: number;
}

/**
 * Draws responses.
 *
 * @param device Where the model is.
 * @param model The policy's, with its tokenizer.
 * @param policy Its name and fingerprint.
 * @param prompts In ids of this policy.
 * @param options How to draw.
 * @param tally Counts them.
 * @param signal Ends it.
 * @returns n responses of each prompt, prompt by prompt in the order of the prompts.
 */
export async function respond(
  device: Device,
  model: TextModel,
  { name, id }: Checkpoint,
  prompts: readonly Prompt[],
  options: RespondOptions,
  tally: Tally,
  signal: AbortSignal,
): Promise<Episode[]> {
  const places = new Map(prompts.map((prompt, i) => [prompt.id, { prompt, first: i * options.n }]));
  const episodes = new Array<Episode>(prompts.length * options.n);
  const sampler = localSampler({ ...model, device, id });
  for await (const completion of sampler.sample(prompts, { ...options, signal })) {
    const { prompt, first } = places.get(completion.promptId)!;
    episodes[first + completion.index] = episodeOf(prompt, completion);
    tally(1, `responses of ${name}`);
  }
  return episodes;
}

/**
 * Prompts in ids of a policy.
 *
 * @param policy The policy.
 * @param reference The policy by whose tokenizer the prompts were read.
 * @param prompts The prompts.
 * @param room Most tokens of a prompt.
 * @throws {RangeError} If one is longer in the ids of this policy.
 */
export function promptsFor(
  policy: Checkpoint,
  reference: Checkpoint,
  prompts: readonly PromptToAnswer[],
  room: number,
): readonly Prompt[] {
  if (policy.ids === reference.ids) return prompts;
  return prompts.map(({ id, text, rendered }) => {
    const tokens = encodePrompt(policy.tokenizer, { prompt: text, rendered }, { context: room });
    if (!("skip" in tokens)) return { id, text, tokens };
    throw new RangeError(
      `Expected prompts of at most ${room} tokens but found more in prompt "${id}" by the tokenizer of ${policy.name}: ` +
        `leave it out, or lower --max-tokens`,
    );
  });
}
