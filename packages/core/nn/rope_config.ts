/** Rotary positions as `config.json` describes them: a base, and how its wavelengths are stretched for longer texts. */
import type { RopeConfig } from "./config.ts";
import { field, type Json, optionalField, refusal } from "./json_fields.ts";

/** Turns the plain frequencies of a head into stretched ones. */
interface Scaling {
  /** What it reads from the file, defaults filled in. */
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly stretch: (frequencies: readonly number[]) => readonly number[];
  readonly attentionFactor?: number;
}

/** What scalings depend on beside their own parameters. */
interface Sizes {
  readonly theta: number;
  readonly headDim: number;
  /** Longest sequence before stretching. */
  readonly original: number;
  readonly positions: number;
}

const scalings: Readonly<Record<string, (json: Json, sizes: Sizes) => Scaling>> = {
  default: () => ({ parameters: {}, stretch: (frequencies) => frequencies }),
  linear: (json) => {
    const factor = field(json, "factor", "positive");
    return { parameters: { factor }, stretch: (frequencies) => frequencies.map((f) => f / factor) };
  },
  llama3,
  yarn,
};

/**
 * Reads the rotary positions of a `config.json`: `rope_parameters`, or `rope_theta` and `rope_scaling` as before
 * transformers 5.
 *
 * The types are default, linear, llama3 and yarn. "dynamic" is refused: its frequencies depend on the longest sequence
 * that a process has met, so a token's log-probability would depend on what else is in the batch.
 *
 * @param json The file.
 * @param headDim Width of a head.
 * @param positions Longest sequence that the model was made for.
 * @returns Frequencies, and what they were made from.
 * @throws {TypeError} If a parameter is missing or of the wrong type, or the type is not supported.
 * @throws {RangeError} If a parameter is out of range.
 */
export function ropeConfig(json: Json, headDim: number, positions: number): RopeConfig {
  if (headDim % 2 !== 0) throw refusal("head_dim", "an even number, for rotary positions turn pairs", headDim);
  const scaling = optionalField(json, "rope_scaling", "object") ?? {};
  const own = Object.keys(scaling).length > 0 ? scaling : optionalField(json, "rope_parameters", "object") ?? {};
  const theta = field(own, "rope_theta", "positive", field(json, "rope_theta", "positive", 10000));
  if (theta <= 1) throw refusal("rope_theta", "a number above 1", theta);
  for (const from of [own, json]) {
    const part = field(from, "partial_rotary_factor", "positive", 1);
    if (part !== 1) throw refusal("partial_rotary_factor", "1, for whole heads are turned here", part);
  }
  const type = own.rope_type ?? own.type ?? "default";
  const scale = typeof type === "string" && Object.hasOwn(scalings, type) ? scalings[type] : undefined;
  if (!scale) throw refusal("rope_type", `one of ${Object.keys(scalings).join(", ")}`, type);
  const original = field(own, "original_max_position_embeddings", "count", positions);
  const { parameters, stretch, attentionFactor = 1 } = scale(own, {
    ...{ theta, headDim, positions },
    original: field(json, "original_max_position_embeddings", "count", original),
  });
  const plain = Array.from({ length: headDim / 2 }, (_, i) => theta ** (-2 * i / headDim));
  return {
    frequencies: stretch(plain),
    attentionFactor,
    theta,
    ...type !== "default" && { scaling: { rope_type: type as string, ...parameters } },
  };
}

/** Llama 3.1: long wavelengths are stretched by `factor`, short ones stay, those between go over smoothly. */
function llama3(json: Json, { original }: Sizes): Scaling {
  const factor = field(json, "factor", "positive");
  const low = field(json, "low_freq_factor", "positive");
  const high = field(json, "high_freq_factor", "positive");
  if (high <= low) throw refusal("high_freq_factor", `above low_freq_factor, ${low}`, high);
  return {
    parameters: {
      ...{ factor, low_freq_factor: low, high_freq_factor: high },
      original_max_position_embeddings: original,
    },
    stretch: (frequencies) =>
      frequencies.map((f) => {
        const turns = original * f / (2 * Math.PI); // within the original length
        const keep = Math.min(1, Math.max(0, (turns - low) / (high - low)));
        return f * (keep + (1 - keep) / factor);
      }),
  };
}

/** YaRN (arXiv 2309.00071): pairs that turn often stay, slow ones are stretched, and attention is sharpened. */
function yarn(json: Json, { theta, headDim, original, positions }: Sizes): Scaling {
  const factor = optionalField(json, "factor", "positive") ?? positions / original;
  const fast = optionalField(json, "beta_fast", "positive") ?? 32;
  const slow = optionalField(json, "beta_slow", "positive") ?? 1;
  const truncate = field(json, "truncate", "flag", true);
  const mscale = optionalField(json, "mscale", "amount");
  const all = optionalField(json, "mscale_all_dim", "amount");
  const sharpness = (weight: number) => factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
  const attentionFactor = optionalField(json, "attention_factor", "positive") ??
    (mscale && all ? sharpness(mscale) / sharpness(all) : sharpness(1));
  // The pair, as a fraction, that turns this often within the original length.
  const pairOf = (turns: number) => headDim * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  const low = Math.max(0, truncate ? Math.floor(pairOf(fast)) : pairOf(fast));
  const top = Math.min(headDim - 1, truncate ? Math.ceil(pairOf(slow)) : pairOf(slow));
  const high = top === low ? low + 0.001 : top;
  return {
    parameters: {
      ...{ factor, beta_fast: fast, beta_slow: slow, truncate, attention_factor: attentionFactor },
      original_max_position_embeddings: original,
    },
    stretch: (frequencies) =>
      frequencies.map((f, i) => {
        const stretched = Math.min(1, Math.max(0, (i - low) / (high - low)));
        return f * (1 - stretched + stretched / factor);
      }),
    attentionFactor,
  };
}
