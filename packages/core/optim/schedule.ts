/**
 * Learning-rate schedules: pure functions of the number of updates made so far (0 for the first). Multiply them, or
 * put one after the other with {@linkcode joinSchedules}.
 */
import { expect } from "../device/expect.ts";

/** The learning rate, or a factor of it, of the update after `step` others. */
export type Schedule = (step: number) => number;

/**
 * The same for every update.
 *
 * @param rate The value.
 * @returns The schedule.
 *
 * @example Usage
 * ```ts
 * import { constantSchedule } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(constantSchedule(3e-4)(1000), 3e-4);
 * ```
 */
export function constantSchedule(rate: number): Schedule {
  return () => rate;
}

/**
 * Rises to 1: min(1, (step + 1) / steps). The first update already counts.
 *
 * @param steps Number of updates after which the factor is 1; 0 for no warm-up.
 * @returns The factor.
 * @throws {RangeError} If `steps` is no integer of 0 or more.
 *
 * @example Usage
 * ```ts
 * import { linearWarmup } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0, 1, 3, 9].map(linearWarmup(4)), [0.25, 0.5, 1, 1]);
 * ```
 */
export function linearWarmup(steps: number): Schedule {
  checkSteps("linearWarmup", steps);
  return (step) => steps === 0 ? 1 : Math.min(1, (step + 1) / steps);
}

/**
 * Falls from 1 along a half cosine: floor + (1 − floor) · (1 + cos(π · step / steps)) / 2, and stays at the floor.
 *
 * @param steps Number of updates of the fall.
 * @param floor Where it ends, as a fraction of the start.
 * @returns The factor.
 * @throws {RangeError} If `steps` is no integer of 0 or more.
 *
 * @example Usage
 * ```ts
 * import { cosineDecay } from "@tare/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const factor = cosineDecay(100, 0.1);
 * assertAlmostEquals(factor(50), 0.55, 1e-12);
 * assertAlmostEquals(factor(1000), 0.1, 1e-12);
 * ```
 */
export function cosineDecay(steps: number, floor = 0): Schedule {
  checkSteps("cosineDecay", steps);
  return (step) => floor + (1 - floor) * (1 + Math.cos(Math.PI * progress(step, steps))) / 2;
}

/**
 * Falls from 1 along a line: 1 − (1 − floor) · step / steps, and stays at the floor.
 *
 * @param steps Number of updates of the fall.
 * @param floor Where it ends, as a fraction of the start.
 * @returns The factor.
 * @throws {RangeError} If `steps` is no integer of 0 or more.
 *
 * @example Usage
 * ```ts
 * import { linearDecay } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0, 5, 10, 20].map(linearDecay(10)), [1, 0.5, 0, 0]);
 * ```
 */
export function linearDecay(steps: number, floor = 0): Schedule {
  checkSteps("linearDecay", steps);
  return (step) => 1 - (1 - floor) * progress(step, steps);
}

/**
 * One schedule, then another that starts at its own 0.
 *
 * @param first Holds for the first updates.
 * @param steps How many updates those are.
 * @param then Holds from there on.
 * @returns The schedule.
 * @throws {RangeError} If `steps` is no integer of 0 or more.
 *
 * @example Warm-up, a plateau, a fall
 * ```ts
 * import { constantSchedule, joinSchedules, linearDecay, linearWarmup } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const factor = joinSchedules(linearWarmup(2), 2, joinSchedules(constantSchedule(1), 3, linearDecay(5)));
 * assertEquals([0, 1, 4, 5, 10].map(factor), [0.5, 1, 1, 1, 0]);
 * ```
 */
export function joinSchedules(first: Schedule, steps: number, then: Schedule): Schedule {
  checkSteps("joinSchedules", steps);
  return (step) => step < steps ? first(step) : then(step - steps);
}

/** Numbers of {@linkcode warmupCosine} and {@linkcode warmupLinear}. */
export interface WarmupDecayOptions {
  /** The highest learning rate. */
  peak: number;
  /**
   * Updates in which it is reached.
   *
   * @default {0}
   */
  warmup?: number;
  /** Updates altogether. */
  total: number;
  /**
   * The learning rate at the end.
   *
   * @default {0}
   */
  floor?: number;
}

/**
 * The usual schedule of training from scratch: linear warm-up to `peak`, then a half cosine down to `floor`.
 *
 * @param options Rates, and numbers of updates.
 * @returns The learning rate.
 * @throws {RangeError} If the warm-up is longer than the total.
 *
 * @example Usage
 * ```ts
 * import { warmupCosine } from "@tare/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rate = warmupCosine({ peak: 1e-3, warmup: 10, total: 110, floor: 1e-4 });
 * assertAlmostEquals(rate(0), 1e-4, 1e-12);
 * assertAlmostEquals(rate(10), 1e-3, 1e-12);
 * assertAlmostEquals(rate(110), 1e-4, 1e-12);
 * ```
 */
export function warmupCosine(options: WarmupDecayOptions): Schedule {
  return warmupThen("warmupCosine", options, cosineDecay);
}

/**
 * The usual schedule of fine-tuning: linear warm-up to `peak`, then a line down to `floor`.
 *
 * @param options Rates, and numbers of updates.
 * @returns The learning rate.
 * @throws {RangeError} If the warm-up is longer than the total.
 *
 * @example Usage
 * ```ts
 * import { warmupLinear } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const rate = warmupLinear({ peak: 1, warmup: 2, total: 6 });
 * assertEquals([0, 1, 2, 4, 6].map(rate), [0.5, 1, 1, 0.5, 0]);
 * ```
 */
export function warmupLinear(options: WarmupDecayOptions): Schedule {
  return warmupThen("warmupLinear", options, linearDecay);
}

function warmupThen(
  name: string,
  { peak, warmup = 0, total, floor = 0 }: WarmupDecayOptions,
  decay: (steps: number, floor: number) => Schedule,
): Schedule {
  checkSteps(name, warmup);
  checkSteps(name, total);
  expect(Number.isFinite(peak) && Number.isFinite(floor), "a finite peak and floor", name, `${[peak, floor]}`);
  if (warmup > total) {
    throw new RangeError(
      `Expected a warmup of at most total = ${total} updates in ${name} but found ${warmup}`,
    );
  }
  const fraction = peak === 0 ? 0 : floor / peak;
  const factor = joinSchedules(linearWarmup(warmup), warmup, decay(total - warmup, fraction));
  return (step) => peak * factor(step);
}

/** How much of the fall is over, 0 to 1. */
function progress(step: number, steps: number): number {
  return step >= steps ? 1 : step / steps;
}

function checkSteps(name: string, steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new RangeError(
      `Expected a number of updates, an integer of 0 or more, in ${name} but found ${steps}`,
    );
  }
}
