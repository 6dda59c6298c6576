/** Completions from any OpenAI-compatible server. */
import type { Tokenizer } from "@tare/data";
import { checkPrompts } from "../prompts.ts";
import type { Completion, Prompt, SampleOptions, Sampler } from "../sampler.ts";
import { type SampleSettings, sampleSettings } from "../settings.ts";
import { openServer, type ServerOptions } from "./client.ts";
import { asFinished } from "./pool.ts";
import { bodyOf, checkSettings, type ServerKind } from "./request.ts";
import { completionsOf } from "./response.ts";

/** Which server {@linkcode openaiSampler} asks, and how. */
export interface OpenaiSamplerOptions extends ServerOptions {
  /** Where the server's paths begin, such as `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  /** The server's name of the model. */
  readonly model: string;
  /** Names the model in what is made with it. @default {the `model`} */
  readonly id?: string;
  /**
   * What the server understands. With `"vllm"` (0.10.2 or later) top-k, min-p, repetition penalty and minimum length work,
   * and token ids come from the server; with `"openai"` those options are refused.
   *
   * @default {"openai"}
   */
  readonly server?: ServerKind;
  /**
   * Which log-probabilities the server sends: of the model's own distribution (vLLM's `--logprobs-mode raw_logprobs`, its
   * default), or of the one that tokens are drawn from (`processed_logprobs`).
   *
   * @default {"raw"}
   */
  readonly logProbs?: "raw" | "processed";
  /** Makes ids of prompts and of texts whose ids the server does not send. */
  readonly tokenizer?: Tokenizer;
  /** More fields of each request. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
}

/**
 * Draws from a model behind `POST /completions`, one request a prompt.
 *
 * What a server does not tell is not made up:
 *
 * - Log-probabilities are under one distribution, see `logProbs`; those of the other are NaN where temperature, filters or
 *   penalty make a difference.
 * - Token ids that the server does not send come from the tokenizer, which may cut a text otherwise than it was drawn; then
 *   log-probabilities are NaN. Without a tokenizer there are none.
 * - OpenAI's protocol does not tell an end token from a stop text: where stop texts are asked for, `finish` is `stop` for both.
 *
 * The seed of a request belongs to (seed, stage), the prompt and the first draw. A server that honours it repeats a run if `n`
 * is the same; unlike a local model it need not give the same completion in another batch.
 *
 * @param options The server.
 * @returns The sampler.
 * @throws {TypeError} If `baseUrl` is no URL, or `extraBody` holds a field that the sampler sets.
 * @throws {RangeError} If a number is out of its range.
 *
 * @example With a stand-in for the server
 * ```ts
 * import { openaiSampler } from "@tare/sampler/openai";
 * import { assertEquals } from "@std/assert";
 *
 * const choices = [{ index: 0, text: " there", finish_reason: "length" }];
 * const fetch = () => Promise.resolve(Response.json({ choices }));
 * const sampler = openaiSampler({ baseUrl: "http://127.0.0.1:8000/v1", model: "tiny", fetch });
 * for await (const { text } of sampler.sample([{ id: "a", text: "hello" }], { maxTokens: 1 })) assertEquals(text, " there");
 * ```
 */
export function openaiSampler(options: OpenaiSamplerOptions): Sampler {
  const { model, id = model, server: kind = "openai", logProbs = "raw", tokenizer, extraBody = {} } = options;
  const server = openServer(options.baseUrl, options, {
    ...{ of: "openaiSampler", address: ["baseUrl", "http://127.0.0.1:8000/v1"] },
    ...{ task: `sample from model "${model}"`, check: "baseUrl, which often ends in /v1, and model" },
  });
  const ask = (prompt: Prompt, settings: SampleSettings, signal: AbortSignal): Promise<Completion[]> => {
    const body = { ...extraBody, ...bodyOf(prompt, settings, kind, model) };
    const read = (answer: unknown) => completionsOf(answer, prompt, settings, { server: kind, logProbs, tokenizer });
    return server.post("/completions", body, read, signal);
  };
  return {
    id,
    async *sample(prompts: readonly Prompt[], options?: SampleOptions) {
      const settings = sampleSettings(options);
      checkSettings(settings, kind);
      checkPrompts(prompts);
      if (prompts.length > 0) checkExtra(extraBody, bodyOf(prompts[0]!, settings, kind, model));
      const requests = asFinished(
        prompts,
        server.concurrency,
        (prompt, signal) => ask(prompt, settings, signal),
        settings.signal,
      );
      for await (const completions of requests) yield* completions;
    },
  };
}

function checkExtra(extra: Readonly<Record<string, unknown>>, body: Readonly<Record<string, unknown>>): void {
  const twice = Object.keys(extra).find((name) => name in body);
  if (twice) {
    throw new TypeError(`Cannot take ${twice} from extraBody: the sampler sets it; use the options of sample()`);
  }
}
