/**
 * Completions from any OpenAI-compatible server, vLLM's among them.
 *
 * @module
 */
export { openaiSampler, type OpenaiSamplerOptions } from "./sampler.ts";
export type { ServerKind } from "./request.ts";
export type { ServerOptions } from "./client.ts";
