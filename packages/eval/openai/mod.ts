/**
 * Asks models behind OpenAI's protocol, vLLM's and others' among them.
 *
 * @module
 */
export type { Dialect } from "./dialect.ts";
export { openaiAsk, type OpenaiAskOptions } from "./openai_ask.ts";
