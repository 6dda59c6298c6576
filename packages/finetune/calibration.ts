/** The unit that a reward model's scores are in. */

/** Where a reward model's scores lie on reference sequences. */
export interface Calibration {
  /** Their mean. */
  readonly mean: number;
  /** Their standard deviation, above 0. */
  readonly std: number;
  /** How many there were. */
  readonly samples: number;
}

/**
 * Measures mean and standard deviation of scores.
 *
 * @param scores Those of reference sequences, 2 or more.
 * @returns For {@linkcode normalizeScores}, and to be stored with the model as `{ tare: { reward: … } }` in `config.json`.
 * @throws {RangeError} If the scores are fewer than 2, all equal, or not finite.
 *
 * @example Usage
 * ```ts
 * import { calibrate } from "@tare/finetune";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(calibrate([1, 2, 3]), { mean: 2, std: 1, samples: 3 });
 * ```
 */
export function calibrate(scores: ArrayLike<number>): Calibration {
  const values = Array.from(scores);
  const samples = values.length;
  const mean = values.reduce((sum, value) => sum + value / samples, 0);
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (samples - 1));
  if (samples >= 2 && std > 0 && std < Infinity) return { mean, std, samples };
  throw new RangeError(
    `Expected 2 or more finite scores that differ, to measure their mean and standard deviation, but found ${samples}` +
      `${samples >= 2 ? ` with a standard deviation of ${std}` : ""}: take more reference completions, or train longer`,
  );
}

/**
 * Puts scores into units of the reference: (score − mean) / std.
 *
 * @param scores Rewards.
 * @param calibration Of the model that gave them.
 * @returns As many numbers.
 *
 * @example Usage
 * ```ts
 * import { normalizeScores } from "@tare/finetune";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(normalizeScores([3, 5], { mean: 3, std: 4, samples: 9 }), Float32Array.of(0, 0.5));
 * ```
 */
export function normalizeScores(scores: ArrayLike<number>, { mean, std }: Calibration): Float32Array<ArrayBuffer> {
  return Float32Array.from(scores, (score) => (score - mean) / std);
}

/**
 * Reads the calibration that a model's `config.json` holds.
 *
 * @param json The file.
 * @returns The calibration; `undefined` if there is none.
 * @throws {TypeError} If there is one that does not make sense.
 *
 * @example Usage
 * ```ts
 * import { calibrationOf } from "@tare/finetune";
 * import { assertEquals } from "@std/assert";
 *
 * const reward = { mean: 1, std: 2, samples: 100 };
 * assertEquals(calibrationOf({ model_type: "llama", tare: { reward } }), reward);
 * assertEquals(calibrationOf({ model_type: "llama" }), undefined);
 * ```
 */
export function calibrationOf(json: Readonly<Record<string, unknown>>): Calibration | undefined {
  const reward = (json.tare as { reward?: Partial<Calibration> } | undefined)?.reward;
  if (reward === undefined) return undefined;
  const { mean, std, samples } = reward ?? {};
  if (Number.isFinite(mean) && Number.isFinite(std) && std! > 0 && Number.isInteger(samples)) {
    return { mean: mean!, std: std!, samples: samples! };
  }
  throw new TypeError(
    `Expected tare.reward of config.json to hold a finite mean, a std above 0 and a number of samples but found ` +
      JSON.stringify(reward),
  );
}
