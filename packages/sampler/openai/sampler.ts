/** Completions from any OpenAI-compatible server. */
import type { Tokenizer } from "@tare/data";
import OpenAI from "openai";
import { checkPrompts } from "../prompts.ts";
import type { Completion, Prompt, SampleOptions, Sampler } from "../sampler.ts";
import { type SampleSettings, sampleSettings } from "../settings.ts";
import { failureOf } from "./failure.ts";
import { asFinished } from "./pool.ts";
import { bodyOf, checkSettings, type ServerKind } from "./request.ts";
import { completionsOf } from "./response.ts";

/** Which server {@linkcode openaiSampler} asks, and how. */
export interface OpenaiSamplerOptions {
  /** Where the server's paths begin, such as `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  /** The server's name of the model. */
  readonly model: string;
  /** Names the model in what is made with it. @default {the `model`} */
  readonly id?: string;
  /** The key, if the server wants one. It is in no message. */
  readonly apiKey?: string;
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
  /** Requests at a time. @default {8} */
  readonly concurrency?: number;
  /** Further tries of a request after 408, 409, 429, 5xx or a broken connection, with growing pauses. @default {4} */
  readonly retries?: number;
  /** Milliseconds that one try may take. @default {600000} */
  readonly timeout?: number;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
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
  const { model, id = model, server = "openai", logProbs = "raw", tokenizer, extraBody = {} } = options;
  const { concurrency = 8, retries = 4, timeout = 600_000, apiKey } = options;
  for (
    const [name, value, least] of [["concurrency", concurrency, 1], ["retries", retries, 0], [
      "timeout",
      timeout,
      1,
    ]] as const
  ) {
    if (!Number.isInteger(value) || value < least) {
      throw new RangeError(`Expected ${name} of openaiSampler to be an integer of ${least} or more but found ${value}`);
    }
  }
  const url = urlOf(options.baseUrl);
  const client = new OpenAI({
    ...{ baseURL: url.href, maxRetries: retries, timeout, fetch: whole(options.fetch ?? fetch), logLevel: "off" },
    ...{ apiKey: apiKey ?? "none", adminAPIKey: null, organization: null, project: null, webhookSecret: null },
    defaultHeaders: apiKey === undefined ? { Authorization: null } : {},
    dangerouslyAllowBrowser: true, // whose key it is decides where it may go
  });
  const ask = async (prompt: Prompt, settings: SampleSettings, signal: AbortSignal): Promise<Completion[]> => {
    const body = { ...extraBody, ...bodyOf(prompt, settings, server, model) };
    try {
      const answer = await client.post("/completions", { body, signal });
      return completionsOf(answer, prompt, settings, { server, logProbs, tokenizer });
    } catch (error) {
      settings.signal?.throwIfAborted();
      throw failureOf(error, { url, model, timeout, secret: apiKey });
    }
  };
  return {
    id,
    async *sample(prompts: readonly Prompt[], options?: SampleOptions) {
      const settings = sampleSettings(options);
      checkSettings(settings, server);
      checkPrompts(prompts);
      if (prompts.length > 0) checkExtra(extraBody, bodyOf(prompts[0]!, settings, server, model));
      const requests = asFinished(
        prompts,
        concurrency,
        (prompt, signal) => ask(prompt, settings, signal),
        settings.signal,
      );
      for await (const completions of requests) yield* completions;
    },
  };
}

/** Takes answers whole: a connection that breaks within one is tried again like any other. */
function whole(ask: typeof fetch): typeof fetch {
  return async (input, init) => {
    const answer = await ask(input, init);
    if (!answer.body) return answer;
    const { status, statusText, headers } = answer;
    return new Response(await answer.arrayBuffer(), { status, statusText, headers });
  };
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new TypeError(`Expected baseUrl to be an address such as http://127.0.0.1:8000/v1 but found "${text}"`);
}

function checkExtra(extra: Readonly<Record<string, unknown>>, body: Readonly<Record<string, unknown>>): void {
  const twice = Object.keys(extra).find((name) => name in body);
  if (twice) {
    throw new TypeError(`Cannot take ${twice} from extraBody: the sampler sets it; use the options of sample()`);
  }
}
