/** Numbers with intervals, and what stands in their place where there is nothing to measure. */
import { mean, squares } from "../moments.ts";

/** A number and its 95 % interval. */
export interface Estimate {
  /** The number. */
  readonly value: number;
  /** Where its interval begins. */
  readonly low: number;
  /** Where its interval ends. */
  readonly high: number;
}

/** What was measured, or why it could not be. */
export type Measured<T> =
  | (T & {
    /** Whether there is a number. */
    readonly measurable: true;
  })
  | {
    /** Whether there is a number. */
    readonly measurable: false;
    /** What is missing, in one sentence. */
    readonly why: string;
  };

/** Says that there is no number. */
export function unmeasurable(why: string): { readonly measurable: false; readonly why: string } {
  return { measurable: false, why };
}

/** 0.975 quantiles of Student's t where the series below is too short. */
const fewDegrees = [NaN, 12.7062, 4.30265, 3.18245, 2.77645, 2.57058];

/**
 * The 0.975 quantile of Student's t: Fisher's series about the normal one (Abramowitz and Stegun 26.7.5), right to 0.002.
 *
 * @param degrees Degrees of freedom, an integer from 1.
 * @returns The quantile.
 */
export function tQuantile(degrees: number): number {
  const known = fewDegrees[degrees];
  if (known !== undefined) return known;
  const z = 1.959963985;
  const terms = [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((sum, term, i) => sum + term / degrees ** i, 0);
}

/**
 * A number with the t interval of its standard error.
 *
 * @param value The number.
 * @param error Its standard error.
 * @param degrees Degrees of freedom of that, an integer from 1.
 * @returns The estimate.
 */
export function tInterval(value: number, error: number, degrees: number): Estimate {
  const reach = tQuantile(degrees) * error;
  return { value, low: value - reach, high: value + reach };
}

/**
 * Mean of independent numbers, such as one for each prompt or each seed, with a t interval.
 *
 * @param values Two or more.
 * @returns The mean.
 */
export function meanEstimate(values: readonly number[]): Estimate {
  const n = values.length;
  return tInterval(mean(values), Math.sqrt(squares(values) / (n - 1) / n), n - 1);
}

/**
 * An estimate with the interval that the delete-one jackknife gives: no assumption about the numbers' distribution, and no
 * random draw.
 *
 * @param value Computed from all clusters.
 * @param without Computed without one of them, for each.
 * @returns The estimate.
 */
export function jackknife(value: number, without: readonly number[]): Estimate {
  const n = without.length;
  return tInterval(value, Math.sqrt(squares(without) * (n - 1) / n), n - 1);
}

/** The estimate on another scale; the function must not fall. */
export function mapEstimate({ value, low, high }: Estimate, transform: (value: number) => number): Estimate {
  return { value: transform(value), low: transform(low), high: transform(high) };
}
