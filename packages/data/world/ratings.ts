/** Absolute ratings: gold, the annotator's severity, and noise. */
import { gold } from "./gold.ts";
import { familyOf, readPrompt } from "./prompt.ts";
import { bell, stages, textHash, uniforms } from "./streams.ts";
import { familyLevels } from "./labels.ts";

/** How ratings come about. */
export interface RatingSettings {
  /**
   * What the severity of annotators goes with: nothing (all are alike); the family, which everyone can see; or the prompt,
   * which nobody can guess. It is the same for all responses to a prompt, so no order of responses shows it.
   */
  readonly severity: "none" | "family" | "prompt";
  /** Standard deviation of the severity over families or prompts, in units of gold. */
  readonly severitySpread: number;
}

/** Standard deviation of the noise of one rating. */
export const ratingNoise = 0.1;

/**
 * Rates responses: gold − severity + noise, rounded to three digits. A rating may be below 0 or above 1.
 *
 * @param settings Who is how severe.
 * @param seed Seed of the world.
 * @returns A function from a prompt, a response and random numbers to a rating.
 */
export function rater(
  settings: RatingSettings,
  seed: number,
): (prompt: string, response: string, uniform: () => number) => number {
  const severity = severityOf(settings, seed);
  return (prompt, response, uniform) => {
    const rating = gold(prompt, response) - severity(prompt) + ratingNoise * bell(uniform);
    return Math.round(1000 * rating) / 1000;
  };
}

/**
 * Tells how severely a prompt's responses are rated.
 *
 * @param settings Who is how severe.
 * @param seed Seed of the world.
 * @returns A function from a prompt to what its ratings lack.
 */
export function severityOf({ severity, severitySpread }: RatingSettings, seed: number): (prompt: string) => number {
  const levels = familyLevels(seed, 1);
  const squares = Object.values(levels).map((level) => level * level);
  const unit = Math.sqrt(squares.length / squares.reduce((a, b) => a + b)); // 1 / their standard deviation
  const of = {
    none: () => 0,
    family: (prompt: string) => unit * levels[familyOf(readPrompt(prompt))]!,
    prompt: (prompt: string) => bell(uniforms(seed, stages.severity, ...textHash(prompt))),
  };
  return (prompt) => severitySpread * of[severity](prompt);
}
