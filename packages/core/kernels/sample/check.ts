/** What `sampleTokens` refuses. */
import { expect } from "../../device/expect.ts";
import type { Tensor } from "../../device/tensor.ts";
import { checkWords } from "../../random/philox.ts";
import { idsOf } from "../cast/bits.ts";
import type { SampleTokensOptions } from "./sample.ts";

/** Refuses logits and options that do not fit, before anything is written. */
export function checkSampling(logits: Tensor, options: SampleTokensOptions): void {
  const { key, counters, temperature = 1, topK = 0, topP = 1, minP = 0, repetitionPenalty = 1, seen, banned } = options;
  const [rows, cols] = logits.shape as [number, number];
  if (logits.shape.length !== 2 || cols === 0) {
    throw new RangeError(
      `Cannot sampleTokens from logits of shape [${logits.shape}]: it needs [B, V] with V of 1 or more`,
    );
  }
  if (logits.dtype !== "f32") {
    throw new TypeError(`Cannot sampleTokens from logits of dtype ${logits.dtype}: they must be f32; use cast()`);
  }
  const words = Math.ceil(cols / 32);
  const integers = (what: string, tensor: Tensor, shape: string) => {
    using _ = idsOf("sampleTokens", what, tensor);
    if (tensor.shape.join() === shape) return;
    throw new RangeError(
      `Cannot sampleTokens with ${what} of shape [${tensor.shape}]: logits of shape [${logits.shape}] need [${shape}]`,
    );
  };
  integers("counters", counters, `${rows},4`);
  if (seen) integers("seen", seen, `${rows},${words}`);
  if (banned) {
    integers("banned.bits", banned.bits, banned.bits.shape.length === 2 ? `1,${words}` : `${words}`);
    integers("banned.until", banned.until, `${rows}`);
  }
  checkWords(key);
  const range = (holds: boolean, what: string, found: number) => expect(holds, what, "sampleTokens", found);
  const warm = temperature === 0 || (temperature >= 1e-6 && temperature < Infinity);
  range(warm, "a temperature of 0, or of 1e-6 or more,", temperature);
  range(Number.isInteger(topK) && topK >= 0, "topK to be an integer of 0 or more", topK);
  range(topP > 0 && topP <= 1, "topP above 0 and up to 1", topP);
  range(minP >= 0 && minP <= 1, "minP from 0 to 1", minP);
  range(repetitionPenalty > 0 && repetitionPenalty < Infinity, "a repetitionPenalty above 0", repetitionPenalty);
  if (repetitionPenalty !== 1 && !seen) {
    throw new TypeError(`Cannot sampleTokens with a repetitionPenalty of ${repetitionPenalty}: it needs \`seen\``);
  }
}
