/** Some decoding steps in a row, with one wait at their end. */
import {
  forward,
  logits,
  type SampledTokens,
  sampleTokens,
  type SampleTokensOptions,
  type Tensor,
  tokenBits,
} from "@tare/core";
import type { Model } from "./model.ts";
import type { Reading, Sequence } from "./sequence.ts";
import type { Slot } from "./slots.ts";
import { placesOf, type Store } from "./store.ts";

/** What one step drew: an element for each sequence. */
export interface Drawn {
  readonly tokens: Uint32Array;
  readonly logProbs: Float32Array;
  readonly samplingLogProbs: Float32Array;
}

/**
 * Draws tokens for the sequences that sit in slots. A step takes the tokens of the step before on the device. One that has
 * all its tokens repeats its last step to the end of the block; nobody looks at what that draws.
 *
 * @param model The model.
 * @param store Its cache.
 * @param taken Slots with sequences that lack tokens.
 * @param steps How many tokens each.
 * @param reading How to draw, and what ends a completion.
 * @returns What each step drew.
 */
export async function decode(
  model: Model,
  store: Store,
  taken: readonly Slot[],
  steps: number,
  reading: Reading,
): Promise<Drawn[]> {
  const read = await start(model, store, taken, steps, reading);
  return Array.from({ length: steps }, (_, step) => ({
    tokens: read[3 * step] as Uint32Array,
    logProbs: read[3 * step + 1] as Float32Array,
    samplingLogProbs: read[3 * step + 2] as Float32Array,
  }));
}

/** Asks the device for all steps and for a copy of what they draw; waits for nothing. */
function start(model: Model, store: Store, taken: readonly Slot[], steps: number, reading: Reading) {
  const { device, config } = store;
  using _scope = device.scope();
  const sequences = taken.map(({ sequence }) => sequence!);
  const options = optionsOf(store, sequences, reading);
  const drawn: Tensor[] = [];
  let tokens: Tensor = device.tensor(Uint32Array.from(sequences, lastToken));
  for (let step = 0; step < steps; step++) {
    using scope = device.scope();
    const spans = taken.map(({ at }, i) => ({ slot: at, from: lastPosition(sequences[i]!, step), length: 1 }));
    const { places, rows } = placesOf(store, spans);
    const counters = new Uint32Array(4 * taken.length);
    sequences.forEach(({ prompt, index }, i) => {
      counters.set(prompt.hash, 4 * i);
      counters[4 * i + 2] = reading.settings.draw + index;
      counters[4 * i + 3] = spans[i]!.from + 1;
    });
    const cache = { store: store.cache, rows };
    const hidden = forward(model.params, config, { ...places, tokens }, { adapter: model.adapter, cache });
    const result: SampledTokens = sampleTokens(logits(model.params, hidden), {
      ...options,
      counters: device.tensor(counters, [taken.length, 4]),
    });
    scope.keep([result.tokens, result.logProb, result.samplingLogProb]);
    drawn.push(result.tokens, result.logProb, result.samplingLogProb);
    tokens = result.tokens;
  }
  return device.read(drawn);
}

/** How to draw all steps of a block. Sets of tokens are made only where they matter. */
function optionsOf(
  { device, config }: Store,
  sequences: readonly Sequence[],
  { settings, ends }: Reading,
): Omit<SampleTokensOptions, "counters"> {
  const { seed, stage, temperature, topK, topP, minP, repetitionPenalty, minTokens } = settings;
  const bits = (sets: readonly Iterable<number>[]) =>
    device.tensor(tokenBits(sets, config.vocabulary), [sets.length, Math.ceil(config.vocabulary / 32)]);
  return {
    ...{ key: [seed, stage], temperature, topK, topP, minP, repetitionPenalty },
    ...repetitionPenalty !== 1 && { seen: bits(sequences.map(tokensOf)) },
    ...minTokens > 0 && {
      banned: {
        bits: bits([[...ends].filter((end) => end < config.vocabulary)]),
        until: device.tensor(Uint32Array.from(sequences, ({ prompt }) => prompt.tokens.length + minTokens)),
      },
    },
  };
}

function* tokensOf({ prompt, tokens, count }: Sequence): Generator<number> {
  yield* prompt.tokens;
  yield* tokens.subarray(0, count);
}

function lastToken({ prompt, tokens, count }: Sequence): number {
  return count > 0 ? tokens[count - 1]! : prompt.tokens.at(-1)!;
}

/** Position of the token that a step takes: the last one so far, and no further than one before the last one of all. */
function lastPosition({ prompt, tokens, count }: Sequence, step: number): number {
  return prompt.tokens.length - 1 + Math.min(count + step, tokens.length - 1);
}
