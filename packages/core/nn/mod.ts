/** Decoder-only transformers. */
export { type TokenBatch, tokenBatch, type TokenPlaces, tokenPlaces } from "./batch.ts";
export { type KvCache, kvCache } from "./cache.ts";
export type { ModelConfig, ModelFamily, RopeConfig, SpecialTokens } from "./config.ts";
export { decodeParams } from "./decode.ts";
export { forward, type ForwardOptions, logits, tokenLogProb } from "./forward.ts";
export { initParams } from "./init.ts";
export type { Adapter, AdapterParams, AdapterTarget, LowRank } from "./lora.ts";
export type { BlockParams, Linear, Norm, Params } from "./params.ts";
