/** The loop of continuous batching: seat, fill, decode, look, and again. */
import type { Device, ModelConfig } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import type { Prompt, SampleEvent } from "../sampler.ts";
import { checkPrompts } from "../prompts.ts";
import type { SampleSettings } from "../settings.ts";
import { breather } from "./breathe.ts";
import { decode } from "./decode.ts";
import { decodingModel, type Model } from "./model.ts";
import { fill } from "./prefill.ts";
import { absorb, beginSequence, completionOf, type EncodedPrompt, encodePrompt } from "./sequence.ts";
import type { Reading, Sequence } from "./sequence.ts";
import { admit, type Slot } from "./slots.ts";
import { openStore } from "./store.ts";

/** A model with its place and the sizes of the work. */
export interface RunOptions extends Model {
  readonly device: Device;
  readonly config: ModelConfig;
  readonly tokenizer?: Tokenizer;
  readonly slots: number;
  readonly cacheBytes: number;
  readonly prefillTokens: number;
  readonly block: number;
  readonly pack: boolean;
}

/**
 * Draws all completions.
 *
 * @param model The model and the sizes.
 * @param prompts What to complete.
 * @param settings How to draw.
 * @param streaming Whether to tell of every block, or of whole completions only.
 * @returns What happens, block by block; within one, completions in the order in which they ended.
 */
export async function* run(
  model: RunOptions,
  prompts: readonly Prompt[],
  settings: SampleSettings,
  streaming: boolean,
): AsyncGenerator<SampleEvent> {
  const { device, config, tokenizer } = model;
  checkPrompts(prompts);
  const encoded = prompts.map((prompt) => encodePrompt(prompt, tokenizer));
  check(encoded, model, settings);
  if (encoded.length === 0) return;
  const ends = new Set([...config.tokens.eos, ...tokenizer?.ends ?? []]);
  const reading: Reading = { settings, ends, tokenizer, streaming };
  const longest = encoded.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
  const rows = longest + settings.maxTokens - 1; // the last token drawn is never looked at again
  using store = openStore(device, config, rows, Math.min(model.slots, encoded.length * settings.n), model.cacheBytes);
  using decoding = decodingModel(device, model, model.pack);
  const slots = Array.from({ length: store.slots }, (_, at): Slot => ({ at }));
  const waiting = sequencesOf(encoded, reading);
  const breathe = breather();
  while (true) {
    await breathe();
    settings.signal?.throwIfAborted();
    fill(model, store, admit(slots, waiting), model.prefillTokens);
    const taken = slots.filter(({ sequence }) => sequence);
    if (taken.length === 0) return;
    const active = taken.map(({ sequence }) => sequence!);
    const before = active.map(({ count }) => count);
    const lack = settings.maxTokens - Math.min(...before);
    const drawn = await decode(decoding, store, taken, Math.min(model.block, lack), reading);
    const finished: Sequence[] = [];
    for (const { tokens, logProbs, samplingLogProbs } of drawn) {
      active.forEach((sequence, i) => {
        if (sequence.finish) return;
        if (Number.isNaN(logProbs[i]!)) throw noNumbers(sequence);
        absorb(sequence, tokens[i]!, logProbs[i]!, samplingLogProbs[i]!, reading);
        if (sequence.finish) finished.push(sequence);
      });
    }
    for (const slot of taken) if (slot.sequence!.finish) slot.sequence = undefined;
    const going = streaming ? active.filter(({ finish }) => !finish) : [];
    for (const sequence of [...going, ...finished]) yield eventOf(sequence, before[active.indexOf(sequence)]!, reading);
  }
}

/** A draw from probabilities that are none is no draw: whatever is made of it looks sound. */
function noNumbers({ prompt: { id } }: Sequence): RangeError {
  return new RangeError(
    `Cannot draw a response to prompt "${id}": the model's probabilities are no numbers (NaN); look into its weights, ` +
      `or go back to an earlier checkpoint`,
  );
}

function eventOf(sequence: Sequence, before: number, reading: Reading): SampleEvent {
  const { prompt, index, tokens, count, reader, finish } = sequence;
  const completion = finish && completionOf(sequence, reading);
  return {
    promptId: prompt.id,
    index,
    tokens: tokens.slice(before, count),
    text: reading.streaming && reader ? reader.take() : "",
    ...completion && { completion },
  };
}

function* sequencesOf(prompts: readonly EncodedPrompt[], reading: Reading): Generator<Sequence, void> {
  for (const prompt of prompts) {
    for (let index = 0; index < reading.settings.n; index++) yield beginSequence(prompt, index, reading);
  }
}

function check(prompts: readonly EncodedPrompt[], { config, tokenizer }: RunOptions, settings: SampleSettings): void {
  if (settings.stop.length > 0 && !tokenizer) {
    throw new TypeError("Cannot look for stop texts without a tokenizer: give localSampler one");
  }
  for (const { id, tokens } of prompts) {
    const bad = tokens.find((token) => token >= config.vocabulary);
    if (bad !== undefined) {
      throw new RangeError(
        `Expected token ids below ${config.vocabulary}, the model's vocabulary, but found ${bad} in prompt "${id}": ` +
          `use the tokenizer that belongs to the model`,
      );
    }
    const room = config.positions - settings.maxTokens;
    if (tokens.length > room) {
      const left = config.positions - tokens.length;
      throw new RangeError(
        `Cannot draw ${settings.maxTokens} tokens after prompt "${id}" of ${tokens.length}: the model was made for ` +
          `${config.positions} in all; shorten the prompt${left > 0 ? ` or set maxTokens to ${left} or less` : ""}`,
      );
    }
  }
}
