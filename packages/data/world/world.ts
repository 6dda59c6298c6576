/** A world from a seed: prompts, demonstrations, preferences, ratings. */
import type { Demonstration, Preference, PromptExample, Rating } from "../examples/examples.ts";
import { gold, goldTie } from "./gold.ts";
import { respond } from "./generator.ts";
import { flipRates, labeller, type LabelSettings } from "./labels.ts";
import { familyOf, readPrompt } from "./prompt.ts";
import { drawPrompts, type Part } from "./prompts.ts";
import { rater, type RatingSettings, severityOf } from "./ratings.ts";
import { stages, uniforms } from "./streams.ts";

/** What a world is like. */
export interface WorldSettings extends LabelSettings, RatingSettings {
  /** Everything random follows from it: an integer from 0 to 2³² − 1. */
  readonly seed: number;
}

/** A preference with what only the world knows of it. */
export interface LabelledPreference extends Preference {
  /** Whether its label was flipped. */
  readonly flipped: boolean;
}

/** A world. Its first examples are the same, however many are asked for. */
export interface World {
  /** What it is like. */
  readonly settings: WorldSettings;
  /**
   * Prompts of a part, all different. Those of `train` are the prompts of the preferences; `held-out` ones combine items
   * and problems (or verbs and people) that no prompt of another part does; those of `judge` are in no other part either.
   */
  prompts(count: number, part?: Part): PromptExample[];
  /** Demonstrations of mixed quality, more of them about what is popular; or one for each held-out prompt. */
  demonstrations(count: number, part?: "train" | "held-out"): Demonstration[];
  /**
   * Pairs of different responses, one pair for a prompt: for `train` labelled by noisy, biased annotators; for `judge` and
   * `held-out` by the gold score alone, without ties.
   */
  preferences(count: number, part?: Part): LabelledPreference[];
  /**
   * The responses of the first `count` training preferences with ratings: two for each, one after the other. At the rate at
   * which labels flip, annotators mix the two up and give each the other's rating.
   */
  ratings(count: number): Rating[];
  /** Rate at which labels of a prompt are flipped, and its ratings mixed up: below 0.5, the same for all of a family. */
  flipRate(prompt: string): number;
  /** What the ratings of a prompt lack. */
  severity(prompt: string): number;
}

const stageOf: Readonly<Record<Part, number>> = {
  ...{ "train": stages.preferences, "judge": stages.judgements, "held-out": stages.evaluation },
};

/**
 * Makes a world.
 *
 * @param settings What it is like; seed 0, noise 0.2, no asymmetry and no severity if nothing is said.
 * @returns The world.
 * @throws {RangeError} If the seed is no 32-bit integer, the noise is not in [0, 0.5), the asymmetry not in [0, 1], or the
 * spread of the severity below 0.
 * @throws {TypeError} If the severity is of no known kind.
 *
 * @example Usage
 * ```ts
 * import { createWorld, gold } from "@tare/data/world";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const world = createWorld({ seed: 7, noise: 0 });
 * const [pair] = world.preferences(1, "held-out");
 * assert(gold(pair!.prompt, pair!.chosen) > gold(pair!.prompt, pair!.rejected));
 * assertEquals(createWorld({ seed: 7, noise: 0 }).preferences(1, "held-out"), [pair]);
 * ```
 */
export function createWorld(settings: Partial<WorldSettings> = {}): World {
  const { seed = 0, noise = 0.2, noiseAsymmetry = 0, severity = "none", severitySpread = 0.5 } = settings;
  const all = check({ seed, noise, noiseAsymmetry, severity, severitySpread });
  const label = labeller(all, seed);
  const rate = rater(all, seed);
  const rates = flipRates(noise, seed);
  const flipRate = (prompt: string) => rates[familyOf(readPrompt(prompt))]!;
  const promptsOf = (count: number, part: Part) => drawPrompts(count, seed, stageOf[part], part, "even");
  const answers = (prompt: string, stage: number, i: number, draw: number) =>
    respond(prompt, uniforms(seed, stages.responses + stage, i, draw));

  /** Two different responses; of different gold, if the label shall be its order. */
  function pair(prompt: string, part: Part, i: number): [string, string] {
    const first = answers(prompt, stageOf[part], i, 0);
    for (let draw = 1;; draw++) {
      const second = answers(prompt, stageOf[part], i, draw);
      const gap = Math.abs(gold(prompt, first) - gold(prompt, second));
      if (part === "train" ? first !== second : gap > goldTie) return [first, second];
    }
  }

  return {
    settings: all,
    prompts: (count, part = "train") => promptsOf(count, part).map((prompt, i) => ({ prompt, id: `${part}-${i}` })),
    demonstrations(count, part = "train") {
      const stage = part === "train" ? stages.demonstrations : stages.evaluation;
      const prompts = part === "train" ? drawPrompts(count, seed, stage, part, "popular") : promptsOf(count, part);
      return prompts.map((prompt, i) => ({ prompt, completion: answers(prompt, stage, i, 2 ** 31) }));
    },
    preferences: (count, part = "train") =>
      promptsOf(count, part).map((prompt, i) => {
        const [a, b] = pair(prompt, part, i);
        const { first, flipped } = part === "train"
          ? label(prompt, a, b, uniforms(seed, stages.labels + stageOf[part], i))
          : { first: gold(prompt, a) > gold(prompt, b), flipped: false };
        return { prompt, chosen: first ? a : b, rejected: first ? b : a, flipped };
      }),
    ratings: (count) =>
      promptsOf(count, "train").flatMap((prompt, i) => {
        const draws = (draw: number) => uniforms(seed, stages.ratings + stages.preferences, i, draw);
        const responses = pair(prompt, "train", i);
        const rated = responses.map((response, j) => rate(prompt, response, draws(j)));
        const mixedUp = draws(responses.length)() < flipRate(prompt);
        return responses.map((completion, j) => ({ prompt, completion, rating: rated[mixedUp ? 1 - j : j]! }));
      }),
    flipRate,
    severity: severityOf(all, seed),
  };
}

function check(settings: WorldSettings): WorldSettings {
  const { seed, noise, noiseAsymmetry, severity, severitySpread } = settings;
  const expect = (fits: boolean, what: string, found: unknown) => {
    if (!fits) throw new RangeError(`Expected ${what} but found ${found}`);
  };
  expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, "seed to be an integer from 0 to 2³² − 1", seed);
  expect(noise >= 0 && noise < 0.5, "noise to be 0 or more and below 0.5, where labels say nothing", noise);
  expect(noiseAsymmetry >= 0 && noiseAsymmetry <= 1, "noiseAsymmetry to be from 0 to 1", noiseAsymmetry);
  expect(severitySpread >= 0 && severitySpread < Infinity, "severitySpread to be 0 or more", severitySpread);
  if (["none", "family", "prompt"].includes(severity)) return settings;
  throw new TypeError(`Expected severity to be none, family or prompt but found ${JSON.stringify(severity)}`);
}
