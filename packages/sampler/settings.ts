/** Options of a draw: their defaults, and what is refused. */
import type { SampleOptions } from "./sampler.ts";

/** {@linkcode SampleOptions} with nothing left open. */
export type SampleSettings = Required<Omit<SampleOptions, "signal">> & Pick<SampleOptions, "signal">;

const integer = (low: number, high = Infinity) => (x: number) => Number.isInteger(x) && x >= low && x <= high;

/** What each number may be: a test, and the same in words. */
const rules = {
  n: [integer(1), "an integer of 1 or more"],
  maxTokens: [integer(1), "an integer of 1 or more"],
  minTokens: [integer(0), "an integer of 0 or more"],
  temperature: [(x) => x === 0 || x >= 1e-6 && x < Infinity, "0, or a number of 1e-6 or more"],
  topK: [integer(0), "an integer of 0 or more"],
  topP: [(x) => x > 0 && x <= 1, "above 0 and at most 1"],
  minP: [(x) => x >= 0 && x <= 1, "from 0 to 1"],
  repetitionPenalty: [(x) => x > 0 && x < Infinity, "above 0"],
  seed: [integer(0, 2 ** 32 - 1), "an integer from 0 to 2³² − 1"],
  stage: [integer(0, 2 ** 32 - 1), "an integer from 0 to 2³² − 1"],
  draw: [integer(0, 2 ** 32 - 1), "an integer from 0 to 2³² − 1"],
} satisfies Partial<Record<keyof SampleOptions, readonly [(x: number) => boolean, string]>>;

/**
 * Fills in defaults and refuses what makes no sense.
 *
 * @param options The caller's.
 * @returns Every setting.
 * @throws {RangeError} If a number is out of its range; the message names it.
 * @throws {TypeError} If a stop text is no text.
 */
export function sampleSettings(options: SampleOptions = {}): SampleSettings {
  const settings: SampleSettings = {
    ...{ n: 1, maxTokens: 128, minTokens: 0, temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 },
    ...{ stop: [], seed: 0, stage: 0, draw: 0 },
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
  for (const [name, [fits, words]] of Object.entries(rules)) {
    const value = settings[name as keyof typeof rules];
    if (!fits(value)) throw new RangeError(`Expected ${name} of a draw to be ${words} but found ${value}`);
  }
  const { stop, minTokens, maxTokens, draw, n } = settings;
  if (draw + n > 2 ** 32) { // the counter would begin anew, and draws would share random numbers
    throw new RangeError(`Expected the last of n draws to be below 2³² but found ${draw} and n ${n}`);
  }
  if (minTokens > maxTokens) {
    throw new RangeError(`Expected minTokens to be at most maxTokens, ${maxTokens}, but found ${minTokens}`);
  }
  const bad = stop.findIndex((text) => typeof text !== "string" || text === "");
  if (bad >= 0) {
    throw new TypeError(`Expected stop to hold texts of one character or more but found ${JSON.stringify(stop[bad])}`);
  }
  return settings;
}
