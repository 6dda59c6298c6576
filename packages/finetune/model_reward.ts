/** A reward model as a function of episodes: what offline sampling and PPO ask for rewards. */
import type { Adapter, Device } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import { type Calibration, normalizeScores } from "./calibration.ts";
import { type RewardModel, rewardScores } from "./score.ts";
import { checkTokens } from "./check_sequences.ts";

/** What is read of an episode, which may hold more. With a tokenizer the two texts will do. */
export interface ResponseToScore {
  /** Names the prompt, in messages. */
  readonly promptId: string;
  /** The rendered prompt; read only where text is encoded anew. */
  readonly prompt: string;
  /** The response's text without end token; read only where text is encoded anew. */
  readonly response: string;
  /** The prompt as the policy saw it. */
  readonly promptTokens?: Uint32Array;
  /** Ids drawn, the end token included. */
  readonly tokens?: Uint32Array;
  /** Why the response ended: one that was cut off at `length` has no end token. @default {"eos"} */
  readonly finish?: "eos" | "stop" | "length";
}

/** Scores episodes. */
export interface ModelReward {
  /** What it was made from. */
  readonly id: string;
  /**
   * Scores.
   *
   * @param episodes What to score.
   * @returns What the head says at the last token of each, in order.
   */
  (episodes: readonly ResponseToScore[]): Promise<Float32Array<ArrayBuffer>>;
}

/** Which model scores, and how. */
export interface ModelRewardOptions {
  /** Where the model is. */
  readonly device: Device;
  /** The reward model. */
  readonly model: RewardModel;
  /** Names the model in what is made with it, such as the digest of its files. */
  readonly id: string;
  /** An adapter over it. */
  readonly adapter?: Adapter;
  /**
   * The reward model's tokenizer, where it is not the policy's: prompt and response are encoded anew from their texts. Without
   * one the ids are taken that were drawn.
   */
  readonly tokenizer?: Tokenizer;
  /** Gives rewards in units of the reference, where this is the model's, with the unit in their id; raw ones without. */
  readonly calibration?: Calibration;
  /** Most tokens of a forward pass; it changes no bit of a reward. @default {2048} */
  readonly microTokens?: number;
}

/**
 * Makes a reward function of a reward model.
 *
 * @param options The model.
 * @returns The function.
 * @throws {RangeError} When it is called: if an episode is too long for the model, has an id outside its vocabulary, or has
 * no ids and there is no tokenizer to make them.
 *
 * @example Usage
 * ```ts
 * import { initParams, initScoreHead, openDevice, parseConfig } from "@tare/core";
 * import { modelReward } from "@tare/finetune";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const model = { config, params: initParams(device, config, 1), score: initScoreHead(device, config) };
 * const reward = modelReward({ device, model, id: "tiny" });
 * const episode = { promptId: "a", prompt: "", response: "", finish: "length" } as const;
 * const rewards = await reward([{ ...episode, promptTokens: Uint32Array.of(1, 2), tokens: Uint32Array.of(3) }]);
 * assertEquals(rewards, Float32Array.of(0)); // the head is zero yet
 * ```
 */
export function modelReward(options: ModelRewardOptions): ModelReward {
  const { device, model, id, adapter, tokenizer, calibration, microTokens } = options;
  const score = async (episodes: readonly ResponseToScore[]) => {
    const sequences = episodes.map((episode) => {
      const tokens = tokenizer ? encodeAnew(tokenizer, episode) : drawn(episode);
      checkTokens(`prompt "${episode.promptId}" and its response`, tokens, model.config);
      return { tokens };
    });
    const scores = await rewardScores(device, model, sequences, { adapter, microTokens });
    return calibration ? normalizeScores(scores, calibration) : scores;
  };
  return Object.assign(score, {
    id: calibration ? `${id} in units of ${calibration.std} from ${calibration.mean}` : id,
  });
}

const none = new Uint32Array();

function drawn({ promptId, promptTokens = none, tokens = none }: ResponseToScore): Uint32Array {
  if (promptTokens.length === 0 || tokens.length === 0) { // as servers answer; a prompt alone would have a score too
    throw new RangeError(
      `Expected ids of prompt "${promptId}" and of its response but found ${promptTokens.length} and ${tokens.length}: ` +
        `give modelReward a tokenizer, which makes them of the texts`,
    );
  }
  const sequence = new Uint32Array(promptTokens.length + tokens.length);
  sequence.set(promptTokens);
  sequence.set(tokens, promptTokens.length);
  return sequence;
}

/** Ids as the reward model learned them: the tokens that begin a text, unless a template put them there, and the end. */
function encodeAnew(tokenizer: Tokenizer, { prompt, response, finish }: ResponseToScore): Uint32Array {
  const plain = tokenizer.encode(prompt);
  const begun = plain.length > 0 && plain[0] === tokenizer.bos;
  const ids = [...begun ? plain : tokenizer.encode(prompt, { special: true }), ...tokenizer.encodeCompletion(response)];
  return Uint32Array.from(finish === "length" || tokenizer.eos === undefined ? ids : [...ids, tokenizer.eos]);
}
