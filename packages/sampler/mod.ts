/**
 * Completions of prompts: from a local model, or from any OpenAI-compatible server.
 *
 * @module
 */
export type { Completion, FinishReason, Prompt, SampleOptions, Sampler } from "./sampler.ts";
