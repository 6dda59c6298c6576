/**
 * Completions of prompts, and baselines of their rewards: from a local model, or from any OpenAI-compatible server.
 *
 * @module
 */
export { type BaselineOptions, type BaselinePrompt, sampleBaselines } from "./baselines/baselines.ts";
export type { BaselineRow, SamplingRecord, ScoredResponse } from "./baselines/row.ts";
export { type Episode, episodeOf, type Reward } from "./episode.ts";
export type { Completion, FinishReason, Prompt, SampleEvent, SampleOptions, Sampler } from "./sampler.ts";
export { type LocalSampler, localSampler, type LocalSamplerOptions } from "./local/sampler.ts";
export { promptHash } from "./prompt_hash.ts";
export { scoresOf } from "./scores.ts";
