/**
 * The preference world: a small world of household help in which the truth is known.
 *
 * A prompt asks how to clean an item, or for help with harm. A response names what is needed and the steps in order, or
 * refuses. {@linkcode gold} says exactly how good any text is; {@linkcode logProb} says exactly how likely the generator
 * is to write it. {@linkcode createWorld} draws demonstrations, preferences and ratings from a seed.
 *
 * @module
 */
export type { Demonstration, Preference, PromptExample, PromptText, Rating } from "../examples/examples.ts";
export type { Family } from "./grammar.ts";
export { bestResponse, stepsNeeded } from "./answer.ts";
export { type WorldCounts, worldFiles, worldVersion } from "./files.ts";
export { gold, type GoldParts, goldParts, goldTie } from "./gold.ts";
export { logProb, respond } from "./generator.ts";
export type { LabelSettings } from "./labels.ts";
export { familyOf, type HarmQuestion, type HelpQuestion, type Question, readPrompt } from "./prompt.ts";
export type { Part } from "./prompts.ts";
export type { RatingSettings } from "./ratings.ts";
export { worldTokenizer } from "./tokenizer.ts";
export { createWorld, type LabelledPreference, type World, type WorldSettings } from "./world.ts";
