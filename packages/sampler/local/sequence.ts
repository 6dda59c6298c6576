/** One completion in the making: what was drawn so far, and whether that is all. */
import type { Tokenizer } from "@tare/data";
import { promptHash } from "../prompt_hash.ts";
import type { Completion, FinishReason, Prompt } from "../sampler.ts";
import type { SampleSettings } from "../settings.ts";
import { type TextReader, textReader } from "./text.ts";

/** A prompt in ids. */
export interface EncodedPrompt {
  readonly id: string;
  readonly tokens: Uint32Array;
  readonly hash: readonly [number, number];
}

/** What ends and reads the sequences of one call. */
export interface Reading {
  readonly settings: SampleSettings;
  /** Ids that end a completion. */
  readonly ends: ReadonlySet<number>;
  readonly tokenizer?: Tokenizer;
  /** Whether someone wants text before a completion is done. */
  readonly streaming: boolean;
}

/** What is known of one completion. Only {@linkcode absorb} changes it. */
export interface Sequence {
  readonly prompt: EncodedPrompt;
  readonly index: number;
  readonly tokens: Uint32Array<ArrayBuffer>;
  readonly logProbs: Float32Array<ArrayBuffer>;
  readonly samplingLogProbs: Float32Array<ArrayBuffer>;
  /** Follows the text, where it matters before the end. */
  readonly reader?: TextReader;
  /** Tokens drawn. */
  count: number;
  finish?: FinishReason;
}

/**
 * Makes ids of a prompt.
 *
 * @param prompt The prompt.
 * @param tokenizer Needed if it brings no ids.
 * @returns Ids and their hash.
 * @throws {TypeError} If it has none, and there is no tokenizer.
 * @throws {RangeError} If it has no token.
 */
export function encodePrompt(prompt: Prompt, tokenizer: Tokenizer | undefined): EncodedPrompt {
  const tokens = prompt.tokens ?? tokenizer?.encode(prompt.text ?? "");
  if (!tokens) {
    throw new TypeError(
      `Cannot sample from the text of prompt "${prompt.id}": give localSampler a tokenizer, or tokens`,
    );
  }
  if (tokens.length === 0) {
    throw new RangeError(
      `Expected prompt "${prompt.id}" to have a token or more but found none: begin it with the model's first token`,
    );
  }
  return { id: prompt.id, tokens: Uint32Array.from(tokens), hash: promptHash(tokens) };
}

/** Begins completion `index` of a prompt. */
export function beginSequence(prompt: EncodedPrompt, index: number, reading: Reading): Sequence {
  const { settings, tokenizer, streaming } = reading;
  const { maxTokens, stop } = settings;
  const reads = tokenizer && (streaming || stop.length > 0);
  return {
    ...{ prompt, index, count: 0 },
    tokens: new Uint32Array(maxTokens),
    logProbs: new Float32Array(maxTokens),
    samplingLogProbs: new Float32Array(maxTokens),
    ...reads && { reader: textReader(tokenizer, stop) },
  };
}

/** Adds a drawn token; sets `finish` if it is the last one. */
export function absorb(
  sequence: Sequence,
  token: number,
  logProb: number,
  samplingLogProb: number,
  { settings, ends }: Reading,
): void {
  const at = sequence.count++;
  sequence.tokens[at] = token;
  sequence.logProbs[at] = logProb;
  sequence.samplingLogProbs[at] = samplingLogProb;
  if (ends.has(token)) sequence.finish = "eos";
  else if (sequence.reader?.push(token, sequence.count >= settings.minTokens)) sequence.finish = "stop";
  else if (sequence.count === settings.maxTokens) sequence.finish = "length";
}

/** What a finished sequence has become. */
export function completionOf(sequence: Sequence, { tokenizer }: Reading): Completion {
  const { prompt, index, count, finish, reader } = sequence;
  const tokens = sequence.tokens.slice(0, count);
  const said = finish === "eos" ? tokens.subarray(0, -1) : tokens;
  return {
    promptId: prompt.id,
    index,
    promptTokens: prompt.tokens,
    tokens,
    text: reader?.end() ?? tokenizer?.decode(said, { completion: true }) ?? "",
    logProbs: sequence.logProbs.slice(0, count),
    samplingLogProbs: sequence.samplingLogProbs.slice(0, count),
    finish: finish!,
  };
}
