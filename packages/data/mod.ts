/**
 * What goes into training and comes out of it, as text: tokenizers and chat templates.
 *
 * @module
 */
export type { ChatMessage, EncodeOptions, Tokenizer } from "./tokenizer/tokenizer.ts";
