/** Which prompts make an iteration, and which episodes an update: known from numbers alone. */
import { permutation } from "@tare/core";

/** Second words of Philox keys; no other part of a run has them. */
const stages = { prompts: 0x990f, episodes: 0x990e } as const;

/** What {@linkcode promptsOf} depends on. */
export interface PromptSchedule {
  /** Equal seeds give equal orders. */
  readonly seed: number;
  /** How many prompts there are. */
  readonly count: number;
  /** How many make an iteration. */
  readonly perIteration: number;
}

/** A prompt's turn. */
export interface PromptVisit {
  /** Which prompt. */
  readonly index: number;
  /** How often it had its turn before: no two visits draw the same random numbers. */
  readonly visit: number;
}

/** The prompts of an iteration, counted from 0. Each pass over all prompts has an order of its own; iterations run on into the next. */
export function promptsOf({ seed, count, perIteration }: PromptSchedule, iteration: number): PromptVisit[] {
  let known = { visit: -1, order: new Uint32Array() };
  return Array.from({ length: perIteration }, (_, i) => {
    const at = iteration * perIteration + i;
    const visit = Math.floor(at / count);
    if (known.visit !== visit) known = { visit, order: permutation(count, [seed, stages.prompts], [visit, 0, 0]) };
    return { index: known.order[at - visit * count]!, visit };
  });
}

/** What {@linkcode episodeOrder} depends on. */
export interface EpisodeOrder {
  /** Equal seeds give equal orders. */
  readonly seed: number;
  /** Episodes of the iteration. */
  readonly episodes: number;
  /** Which of the iteration's epochs, from 0. */
  readonly epoch: number;
  /** Which iteration, from 0. */
  readonly iteration: number;
}

/** The order in which an epoch goes through the episodes: another one every epoch. */
export function episodeOrder({ seed, episodes, epoch, iteration }: EpisodeOrder): Uint32Array<ArrayBuffer> {
  return permutation(episodes, [seed, stages.episodes], [iteration, epoch, 0]);
}

/** Cuts an order into minibatches, in order, whose sizes differ by one at most. */
export function cutMinibatches(order: Uint32Array, count: number): Uint32Array[] {
  const edge = (i: number) => Math.floor(i * order.length / count);
  return Array.from({ length: count }, (_, i) => order.subarray(edge(i), edge(i + 1)));
}
