/** Settings of offline sampling: their defaults, and what is refused. */
import { sampleSettings } from "../settings.ts";
import type { SamplingRecord } from "./row.ts";

/** What may be set. */
interface BaselineSettings extends Partial<SamplingRecord> {
  readonly stage?: number;
  readonly group?: number;
}

/**
 * Fills in defaults and refuses what makes no baseline.
 *
 * @param settings The caller's.
 * @returns How responses are drawn, as rows record it.
 * @throws {RangeError} If a number is out of its range; the message names it.
 */
export function baselineSettings(settings: BaselineSettings): SamplingRecord {
  const { k = 5, maxTokens = 128, temperature = 1, seed = 0, stage = 1, group = 32 } = settings;
  for (const [name, value] of [["k", k], ["group", group]] as const) {
    if (Number.isInteger(value) && value >= 1) continue;
    const why = name === "k" ? ": without a response there is no baseline" : "";
    throw new RangeError(`Expected ${name} of baselines to be an integer of 1 or more but found ${value}${why}`);
  }
  if (temperature === 0) {
    throw new RangeError(
      "Expected the temperature of baselines to be above 0 but found 0, at which all responses are the same: ask for greedy",
    );
  }
  sampleSettings({ n: k, maxTokens, temperature, seed, stage });
  return { k, temperature, maxTokens, seed };
}
