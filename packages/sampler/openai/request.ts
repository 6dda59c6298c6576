/** What a server is asked: the body of `POST /completions`. */
import { philox } from "@tare/core";
import { promptHash } from "../prompt_hash.ts";
import type { Prompt } from "../sampler.ts";
import type { SampleSettings } from "../settings.ts";

/** What a server understands beside OpenAI's own options. */
export type ServerKind = "openai" | "vllm";

/** Options that OpenAI's protocol has no word for, with the value that asks for nothing. */
const onlyVllm = { minTokens: 0, topK: 0, minP: 0, repetitionPenalty: 1 } as const;

/**
 * Refuses settings that the server would drop.
 *
 * @param settings How to draw.
 * @param server What it understands.
 * @throws {TypeError} If it has no word for one of them.
 */
export function checkSettings(settings: SampleSettings, server: ServerKind): void {
  if (server === "vllm") return;
  for (const [name, neutral] of Object.entries(onlyVllm)) {
    if (settings[name as keyof typeof onlyVllm] !== neutral) {
      throw new TypeError(
        `Cannot ask for ${name} over OpenAI's protocol, which has no word for it: leave it out, or set server to "vllm"`,
      );
    }
  }
}

/**
 * Makes the body of a request. Nothing is left to a server's defaults: vLLM takes them from the model's files.
 *
 * @param prompt What to complete; by its ids if it has them.
 * @param settings How to draw.
 * @param server What the server understands.
 * @param model The server's name of the model.
 * @returns Its fields. At temperature 0 one completion is asked for, as all would be equal.
 */
export function bodyOf(
  prompt: Prompt,
  settings: SampleSettings,
  server: ServerKind,
  model: string,
): Record<string, unknown> {
  const { n, maxTokens, minTokens, temperature, topK, topP, minP, repetitionPenalty, stop } = settings;
  return {
    model,
    prompt: prompt.tokens ? Array.from(prompt.tokens) : prompt.text,
    n: temperature === 0 ? 1 : n,
    max_tokens: maxTokens,
    temperature,
    top_p: topP,
    seed: seedOf(prompt, settings),
    logprobs: 1, // some servers take 0 for none
    stream: false,
    ...stop.length > 0 && { stop },
    ...server === "vllm" && {
      top_k: topK || -1,
      min_p: minP,
      repetition_penalty: repetitionPenalty,
      min_tokens: minTokens,
      return_token_ids: true,
      ...!prompt.tokens && { add_special_tokens: false },
    },
  };
}

/** 31 bits that belong to (seed, stage), prompt and first draw, so that a run repeats whatever the order of requests. */
export function seedOf(prompt: Prompt, { seed, stage, draw }: SampleSettings): number {
  const words = prompt.tokens ?? Array.from(prompt.text ?? "", (character) => character.codePointAt(0)!);
  return philox([seed, stage], [...promptHash(words), draw, 0])[0] >>> 1;
}
