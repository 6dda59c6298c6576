/** Some decoding steps in a row, with one wait at their end. */
import { forward, logits, sampleTokens, type Tensor } from "@tare/core";
import type { SampleSettings } from "../settings.ts";
import type { Model } from "./prefill.ts";
import type { Sequence } from "./sequence.ts";
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
 * @param settings How to draw.
 * @returns What each step drew.
 */
export async function decode(
  model: Model,
  store: Store,
  taken: readonly Slot[],
  steps: number,
  settings: SampleSettings,
): Promise<Drawn[]> {
  const read = await start(model, store, taken, steps, settings);
  return Array.from({ length: steps }, (_, step) => ({
    tokens: read[3 * step] as Uint32Array,
    logProbs: read[3 * step + 1] as Float32Array,
    samplingLogProbs: read[3 * step + 2] as Float32Array,
  }));
}

/** Asks the device for all steps and for a copy of what they draw; waits for nothing. */
function start(model: Model, store: Store, taken: readonly Slot[], steps: number, settings: SampleSettings) {
  const { device, config } = store;
  using _scope = device.scope();
  const drawn: Tensor[] = [];
  let tokens: Tensor = device.tensor(Uint32Array.from(taken, ({ sequence }) => lastToken(sequence!)));
  for (let step = 0; step < steps; step++) {
    using scope = device.scope();
    const places = taken.map(({ at, sequence }) => ({ slot: at, from: lastPosition(sequence!, step), length: 1 }));
    const { places: batch, rows } = placesOf(store, places);
    const cache = { store: store.cache, rows };
    const hidden = forward(model.params, config, { ...batch, tokens }, { adapter: model.adapter, cache });
    const counters = new Uint32Array(4 * taken.length);
    taken.forEach(({ sequence }, i) => {
      const { prompt, index } = sequence!;
      counters.set([...prompt.hash, settings.draw + index, places[i]!.from + 1], 4 * i);
    });
    const result = sampleTokens(logits(model.params, hidden), {
      key: [settings.seed, settings.stage],
      counters: device.tensor(counters, [taken.length, 4]),
      temperature: settings.temperature,
    });
    scope.keep([result.tokens, result.logProb, result.samplingLogProb]);
    drawn.push(result.tokens, result.logProb, result.samplingLogProb);
    tokens = result.tokens;
  }
  return device.read(drawn);
}

function lastToken({ prompt, tokens, count }: Sequence): number {
  return count > 0 ? tokens[count - 1]! : prompt.tokens.at(-1)!;
}

/** Position of the token that a step takes: the last one so far, and no further than one before the last one of all. */
function lastPosition({ prompt, tokens, count }: Sequence, step: number): number {
  return prompt.tokens.length - 1 + Math.min(count + step, tokens.length - 1);
}
