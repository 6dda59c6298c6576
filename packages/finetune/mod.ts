/**
 * Supervised fine-tuning, reward models and DPO: each trainer is an async iterable of its steps.
 *
 * @module
 */
export {};
