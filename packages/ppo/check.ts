/** What is refused before a run begins. */
import { leaves, type ModelConfig, type Placed, trainableOf } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import { type Prompt, promptHash } from "@tare/sampler";
import type { PpoConfig } from "./config.ts";
import type { PpoOptions } from "./options.ts";

/** A prompt with its ids. */
export type EncodedPrompt = Prompt & { readonly tokens: Uint32Array };

/**
 * Encodes the prompts, and refuses what could not be trained on later.
 *
 * @param options What the caller gave.
 * @param config Settings.
 * @returns The prompts with their ids.
 * @throws {RangeError} If there is no prompt, one is empty or too long for a model together with its response, has ids
 * outside the vocabulary, or is there twice; or the models have different vocabularies.
 * @throws {TypeError} If the critic is missing or has no head, a prompt has neither ids nor a tokenizer to make them, or
 * models share what is trained.
 */
export function checkOptions(options: PpoOptions, config: PpoConfig): EncodedPrompt[] {
  const critic = config.advantages === "gae" ? criticIn(options) : undefined;
  const models = { policy: options.policy, reference: options.reference, ...critic && { critic } };
  checkVocabularies(models);
  checkApart(models);
  if (options.prompts.length === 0) throw new RangeError("Expected at least one prompt to train on but found none");
  const prompts = options.prompts.map((prompt) => encode(prompt, options.tokenizer));
  checkDifferent(prompts);
  for (const [name, { model }] of Object.entries(models)) checkFit(prompts, name, model.config, config.maxTokens);
  return prompts;
}

function criticIn({ critic }: PpoOptions): Placed {
  if (critic?.model.score) return critic;
  throw new TypeError(
    `Expected a critic with a scalar head for the advantages gae but found ${
      critic ? "one without" : "none"
    }: make one ` +
      `with criticOf(), or set advantages to "rloo"`,
  );
}

function checkVocabularies({ policy, ...others }: { policy: Placed; [name: string]: Placed }): void {
  const { vocabulary } = policy.model.config;
  for (const [name, { model }] of Object.entries(others)) {
    if (model.config.vocabulary === vocabulary) continue;
    throw new RangeError(
      `Expected the ${name} to have the policy's vocabulary of ${vocabulary} but found ${model.config.vocabulary}: they ` +
        `read the same ids, so begin all of them from one model`,
    );
  }
}

/** What is trained belongs to one model: others would learn with it, and the KL stay zero. */
function checkApart({ policy, reference, critic }: { policy: Placed; reference: Placed; critic?: Placed }): void {
  const tensors = ({ model, adapter }: Placed) => [...leaves(model.params), ...adapter ? leaves(adapter.params) : []];
  const refuse = (trained: Placed, name: string, others: readonly (readonly [string, Placed])[]) => {
    const storages = new Set(leaves(trainableOf(trained)).map(({ storage }) => storage));
    for (const [other, placed] of others) {
      if (!tensors(placed).some(({ storage }) => storages.has(storage))) continue;
      throw new TypeError(
        `Expected the ${other} to share no tensor with what is trained of the ${name} but found one: give it a copy ` +
          `(copyTree), or train adapters over a trunk that all share`,
      );
    }
  };
  refuse(policy, "policy", [["reference", reference], ...critic ? [["critic", critic]] as const : []]);
  if (critic) refuse(critic, "critic", [["reference", reference], ["policy", policy]]);
}

function encode(prompt: Prompt, tokenizer: Tokenizer | undefined): EncodedPrompt {
  const tokens = prompt.tokens ?? (prompt.text === undefined ? undefined : tokenizer?.encode(prompt.text));
  if (!tokens) {
    throw new TypeError(`Expected prompt "${prompt.id}" to have tokens, or a text and a tokenizer, but found neither`);
  }
  if (tokens.length > 0) return { ...prompt, tokens: Uint32Array.from(tokens) };
  throw new RangeError(
    `Expected prompt "${prompt.id}" to have a token or more but found none: begin it with the model's first token`,
  );
}

/** Equal prompts would share their random numbers, and so their responses. */
function checkDifferent(prompts: readonly EncodedPrompt[]): void {
  const [ids, hashes] = [new Set<string>(), new Map<string, string>()];
  for (const { id, tokens } of prompts) {
    if (ids.has(id)) {
      throw new RangeError(`Expected an id of its own for each prompt but found "${id}" twice: leave one out`);
    }
    ids.add(id);
    const hash = promptHash(tokens).join();
    const other = hashes.get(hash);
    if (other !== undefined) {
      throw new RangeError(
        `Expected prompts that differ but found the same one as "${other}" and as "${id}": leave one out; a prompt has ` +
          `several responses with samplesPerPrompt`,
      );
    }
    hashes.set(hash, id);
  }
}

function checkFit(
  prompts: readonly EncodedPrompt[],
  name: string,
  { positions, vocabulary }: ModelConfig,
  maxTokens: number,
): void {
  for (const { id, tokens } of prompts) {
    if (tokens.length + maxTokens > positions) {
      throw new RangeError(
        `Expected prompts of at most ${
          Math.max(positions - maxTokens, 0)
        } tokens but found ${tokens.length} in prompt ` +
          `"${id}": the ${name} has ${positions} positions, and a response takes up to ${maxTokens}; leave the prompt ` +
          `out, or lower maxTokens`,
      );
    }
    const far = tokens.find((token) => token >= vocabulary);
    if (far === undefined) continue;
    throw new RangeError(
      `Expected token ids below ${vocabulary}, the ${name}'s vocabulary, but found ${far} in prompt "${id}": use the ` +
        `tokenizer that belongs to the model`,
    );
  }
}
