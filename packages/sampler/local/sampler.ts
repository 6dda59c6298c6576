/** Completions from a model on this machine. */
import type { Adapter, Device, ModelConfig, Params } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import type { Prompt, SampleEvent, SampleOptions, Sampler } from "../sampler.ts";
import { sampleSettings } from "../settings.ts";
import { run } from "./run.ts";

/** What {@linkcode localSampler} draws from, and how much at a time. What it draws depends on none of the sizes. */
export interface LocalSamplerOptions {
  /** Where the model is. */
  readonly device: Device;
  /** The model's sizes and variants. */
  readonly config: ModelConfig;
  /** The model's parameters, as they are whenever a draw begins. */
  readonly params: Params;
  /** Low-rank changes of the model. */
  readonly adapter?: Adapter;
  /** Makes ids of prompts that have none, and text of what is drawn. Without one texts are empty and `stop` is refused. */
  readonly tokenizer?: Tokenizer;
  /** Names the model in what is made with it. @default {"local"} */
  readonly id?: string;
  /** Sequences at a time, at most; fewer if `cacheBytes` does not suffice. @default {32} */
  readonly slots?: number;
  /** Most bytes of keys and values. @default {2 ** 30} */
  readonly cacheBytes?: number;
  /** Most prompt tokens of one pass. @default {1024} */
  readonly prefillTokens?: number;
  /** Tokens of each sequence between two looks at what was drawn. @default {1 on the CPU, 8 on WebGPU, where a look is dear} */
  readonly block?: number;
  /**
   * Decodes from a copy of the model's matrices, laid out for it when a draw begins: faster, for as much memory again. CPU only;
   * on WebGPU nothing is copied.
   *
   * @default {true}
   */
  readonly pack?: boolean;
}

/** A sampler that also gives tokens as they come. */
export interface LocalSampler extends Sampler {
  /** Draws as `sample` does, and tells of every block of tokens. */
  stream(prompts: readonly Prompt[], options?: SampleOptions): AsyncIterable<SampleEvent>;
}

/**
 * Draws from a model on this machine, with a key-value cache and continuous batching: a sequence that is done leaves its
 * slot to one that waits, and n completions of a prompt share one pass over it.
 *
 * On one device a completion is the same, bit for bit, whatever it was drawn together with and whatever the sizes: its
 * random numbers belong to (seed, stage) and (prompt hash, draw + index, position). Its log-probabilities are those that
 * training computes.
 *
 * @param options The model, the tokenizer and the sizes.
 * @returns The sampler. It holds no memory of the device but while a draw is on; ending the iteration early gives it back.
 * @throws {RangeError} If a size is no integer of 1 or more.
 *
 * @example Usage
 * ```ts
 * import { initParams, openDevice, parseConfig } from "@tare/core";
 * import { localSampler } from "@tare/sampler";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig({
 *   ...{ model_type: "llama", vocab_size: 11, hidden_size: 8, intermediate_size: 16, num_hidden_layers: 1 },
 *   ...{ num_attention_heads: 2, max_position_embeddings: 32, eos_token_id: 0 },
 * });
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const sampler = localSampler({ device, config, params: initParams(device, config, 7) });
 * const prompts = [{ id: "a", tokens: [3, 1, 4] }, { id: "b", tokens: [1, 5] }];
 * const completions = await Array.fromAsync(sampler.sample(prompts, { n: 2, maxTokens: 6 }));
 * assertEquals(completions.length, 4);
 * ```
 */
export function localSampler(options: LocalSamplerOptions): LocalSampler {
  const { device, id = "local", slots = 32, cacheBytes = 2 ** 30, prefillTokens = 1024 } = options;
  const { block = device.kind === "cpu" ? 1 : 8, pack = true } = options;
  for (const [name, size] of Object.entries({ slots, cacheBytes, prefillTokens, block })) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(`Expected ${name} of localSampler to be an integer of 1 or more but found ${size}`);
    }
  }
  const sizes = { slots, cacheBytes, prefillTokens, block, pack };
  return {
    id,
    stream: (prompts, settings) => run({ ...options, ...sizes }, prompts, sampleSettings(settings), true),
    async *sample(prompts, settings) {
      for await (const { completion } of run({ ...options, ...sizes }, prompts, sampleSettings(settings), false)) {
        if (completion) yield completion;
      }
    },
  };
}
