/**
 * Completions from any OpenAI-compatible server.
 *
 * @module
 */
export {};
