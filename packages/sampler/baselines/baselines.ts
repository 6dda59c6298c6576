/** Offline sampling: responses of the policy that training begins from, and their rewards, a row for each prompt. */
import type { Episode, Reward } from "../episode.ts";
import { checkPrompts } from "../prompts.ts";
import type { Prompt, Sampler } from "../sampler.ts";
import { rowsOf } from "./group.ts";
import type { BaselineRow } from "./row.ts";
import { baselineSettings } from "./settings.ts";

/** A prompt to find baselines for. */
export interface BaselinePrompt extends Prompt {
  /** The rendered prompt: rows are known by it. */
  readonly text: string;
  /** The data's own response, to be scored beside those drawn; its ids with the end token, as the policy has them. */
  readonly answer?: { readonly text: string; readonly tokens?: ArrayLike<number> };
}

/** What {@linkcode sampleBaselines} draws from and scores with. */
export interface BaselineOptions {
  /** Draws from the policy that training will begin from. */
  readonly sampler: Sampler;
  /** Scores; the reward that training will use. */
  readonly reward: Reward<Episode>;
  /** What to respond to, in the order of the rows. */
  readonly prompts: readonly BaselinePrompt[];
  /** Responses of each prompt. @default {5} */
  readonly k?: number;
  /** Most tokens of a response. @default {128} */
  readonly maxTokens?: number;
  /** Logits are divided by this. @default {1} */
  readonly temperature?: number;
  /** Key of the random numbers. @default {0} */
  readonly seed?: number;
  /** Second word of the key: no other part of a program may draw with it. @default {1} */
  readonly stage?: number;
  /** Whether the most likely response is drawn and scored too. @default {false} */
  readonly greedy?: boolean;
  /** Fingerprint of the chat template that rendered the prompts. @default {""} */
  readonly template?: string;
  /** Tokens that policy and reward model can take, prompt and response together: longer prompts are refused first of all. */
  readonly positions?: number;
  /** Prompts that are drawn together, and scored together. It changes no row. @default {32} */
  readonly group?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Draws k responses for each prompt and scores them.
 *
 * With a local model a row depends on its prompt alone: on the CPU it has the same bits whatever it was drawn with. So what was
 * broken off goes on with the prompts that are left.
 *
 * @param options Where responses and rewards come from.
 * @returns A row for each prompt, in their order, when its group is done.
 * @throws {RangeError} Before anything is drawn if a setting is out of its range, two prompts share an id or one is too long;
 *   later if the reward gives other than one finite number an episode.
 *
 * @example Usage
 * ```ts
 * import { initParams, openDevice, parseConfig } from "@tare/core";
 * import { type Episode, localSampler, type Reward, sampleBaselines } from "@tare/sampler";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const sampler = localSampler({ device, config, params: initParams(device, config, 7), id: "tiny" });
 * const brevity = (episodes: readonly Episode[]) =>
 *   Promise.resolve(Float32Array.from(episodes, ({ tokens }) => -tokens.length));
 * const reward: Reward = Object.assign(brevity, { id: "brevity" });
 *
 * const prompts = [{ id: "a", text: "Hello", tokens: [3, 1] }, { id: "b", text: "Bye", tokens: [4] }];
 * const rows = await Array.fromAsync(sampleBaselines({ sampler, reward, prompts, k: 3, maxTokens: 4 }));
 * assertEquals(rows.map(({ promptId, rewards }) => [promptId, rewards.length]), [["a", 3], ["b", 3]]);
 * assertEquals([rows[0]!.policy, rows[0]!.rewardModel], ["tiny", "brevity"]);
 * ```
 */
export async function* sampleBaselines(options: BaselineOptions): AsyncGenerator<BaselineRow, void, void> {
  const { prompts, positions = Infinity, group = 32, signal } = options;
  const sampling = baselineSettings(options);
  checkPrompts(prompts);
  checkTexts(prompts, positions - sampling.maxTokens);
  for (let at = 0; at < prompts.length; at += group) {
    signal?.throwIfAborted();
    yield* await rowsOf(prompts.slice(at, at + group), options, sampling);
  }
}

function checkTexts(prompts: readonly BaselinePrompt[], room: number): void {
  for (const { id, text, tokens } of prompts) {
    if (typeof text !== "string") {
      throw new TypeError(`Expected prompt "${id}" to have a text, by which its row is known, but found none`);
    }
    if (!tokens || tokens.length <= room) continue;
    throw new RangeError(
      `Expected prompt "${id}" to have at most ${Math.max(0, room)} tokens, which the response leaves of the models' ` +
        `positions, but found ${tokens.length}: shorten it, leave it out, or lower maxTokens`,
    );
  }
}
