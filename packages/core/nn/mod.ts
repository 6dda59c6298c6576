/** Decoder-only transformers. */
export { type Predictions, predictions, type TokenBatch, tokenBatch, type TokenPlaces, tokenPlaces } from "./batch.ts";
export { type KvCache, kvCache } from "./cache.ts";
export type { ModelConfig, ModelFamily, RopeConfig, SpecialTokens } from "./config.ts";
export { configJson } from "./config_json.ts";
export { decodeParams } from "./decode.ts";
export { forward, type ForwardOptions, logits, tokenLogProb } from "./forward.ts";
export { checkFits, cpuMemoryBytes } from "./fits.ts";
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
export { initScoreHead, score, type ScoreHead } from "./score.ts";
