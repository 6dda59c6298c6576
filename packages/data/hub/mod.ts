/**
 * Models, tokenizers and datasets from the Hugging Face hub.
 *
 * @module
 */
export {};
