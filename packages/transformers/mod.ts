/**
 * The bridge to `@huggingface/transformers`: tokenizers that need its classes.
 *
 * @module
 */
export { autoTokenizer } from "./tokenizer/auto_tokenizer.ts";
export type { ChatMessage, DecodeOptions, EncodeOptions, Tokenizer } from "@tare/data";
