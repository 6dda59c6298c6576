/** Decoder-only transformers. */
export { type TokenBatch, tokenBatch, type TokenPlaces, tokenPlaces } from "./batch.ts";
export { type KvCache, kvCache } from "./cache.ts";
export type { ModelConfig, ModelFamily, RopeConfig, SpecialTokens } from "./config.ts";
export { decodeParams } from "./decode.ts";
export { forward, type ForwardOptions } from "./forward.ts";
export { checkFits, cpuMemoryBytes } from "./fits.ts";
export { logits, tokenLogProb } from "./head.ts";
export { buildParams, initParams, type ParamMaker } from "./init.ts";
export {
  type Adapter,
  type AdapterOptions,
  type AdapterParams,
  initAdapter,
  type LowRank,
  mergeAdapter,
} from "./lora.ts";
export { type MemoryPrediction, type MemorySettings, predictMemory } from "./memory.ts";
export type { BlockParams, Linear, LinearName, Norm, Params } from "./params.ts";
export { parseConfig } from "./parse_config.ts";
export { type Predictions, predictions } from "./predictions.ts";
export { initScoreHead, score, type ScoreHead } from "./score.ts";
export {
  checkSameParts,
  type Placed,
  type Trainable,
  trainableOf,
  type Transformer,
  transformerOf,
} from "./trainable.ts";
