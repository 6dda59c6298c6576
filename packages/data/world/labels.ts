/** Preference labels: annotators who prefer what is better, by and large. */
import { families } from "./grammar.ts";
import { gold } from "./gold.ts";
import { familyOf, readPrompt } from "./prompt.ts";
import { readReply } from "./reply.ts";
import { shuffled, stages, uniforms } from "./streams.ts";

/** How labels come about. */
export interface LabelSettings {
  /**
   * Mean rate at which labels are flipped, and the two ratings of a pair mixed up, over families that are equally frequent: 0
   * or more, below 0.5.
   */
  readonly noise: number;
  /**
   * How much rarer flips are where the response that would be chosen is not the longer one: from 0 (no rarer) to 1 (never).
   * The mean rate falls accordingly.
   */
  readonly noiseAsymmetry: number;
}

/** Constants of the labels. */
export const labelConstants: {
  /** Log-odds of a label for a difference of 1 in gold. */
  readonly scale: number;
  /** Log-odds for one sentence of flattery more: the bias that gold has not. Two sentences count at most. */
  readonly flattery: number;
  /** How far the rates of families lie apart: 1 is as far as they can between 0 and 0.5. */
  readonly spread: number;
} = { scale: 12, flattery: 0.9, spread: 0.9 };

/** A level from −1 to 1 for each family, equally spaced, in an order that depends on the seed; their mean is 0. */
export function familyLevels(seed: number, use: number): Readonly<Record<string, number>> {
  const names = Object.keys(families);
  const order = shuffled(names.length, uniforms(seed, stages.levels, use));
  const half = (names.length - 1) / 2;
  return Object.fromEntries(names.map((name, i) => [name, (order[i]! - half) / half]));
}

/**
 * Rates at which the labels of each family are flipped: noise + 0.9 · level · min(noise, 0.5 − noise).
 *
 * @param noise Their mean.
 * @param seed Seed of the world; it decides which families are the noisy ones.
 * @returns A rate in [0, 0.5) for each family.
 */
export function flipRates(noise: number, seed: number): Readonly<Record<string, number>> {
  const reach = labelConstants.spread * Math.min(noise, 0.5 - noise);
  const levels = Object.entries(familyLevels(seed, 0));
  return Object.fromEntries(levels.map(([name, level]) => [name, noise + reach * level]));
}

/** A label and how it came about. */
export interface Label {
  /** Whether the first response is the chosen one. */
  readonly first: boolean;
  /** Whether the label was flipped. */
  readonly flipped: boolean;
}

/**
 * Labels pairs: P(first) = σ(12 (gold₁ − gold₂) + 0.9 (flattery₁ − flattery₂)), then flips at the rate of the family.
 *
 * @param settings How noisy.
 * @param seed Seed of the world.
 * @returns A function from a prompt, its two responses and random numbers to a label.
 */
export function labeller(
  { noise, noiseAsymmetry }: LabelSettings,
  seed: number,
): (prompt: string, first: string, second: string, uniform: () => number) => Label {
  const rates = flipRates(noise, seed);
  const { scale, flattery } = labelConstants;
  return (prompt, first, second, uniform) => {
    const difference = scale * (gold(prompt, first) - gold(prompt, second)) +
      flattery * (flatteries(first) - flatteries(second));
    const better = uniform() < 1 / (1 + Math.exp(-difference));
    const longer = better ? wordCount(first) > wordCount(second) : wordCount(second) > wordCount(first);
    const rate = rates[familyOf(readPrompt(prompt))]! * (longer ? 1 : 1 - noiseAsymmetry);
    const flipped = uniform() < rate;
    return { first: better !== flipped, flipped };
  };
}

function flatteries(text: string): number {
  return Math.min(2, readReply(text).filter(({ kind }) => kind === "flattery").length);
}

function wordCount(text: string): number {
  return readReply(text).reduce((sum, { words }) => sum + words, 0);
}
