/**
 * Models, tokenizers and datasets from the Hugging Face hub, brought into a store that the caller provides.
 *
 * @module
 */
export { type DownloadOptions, type DownloadProgress, downloadRepository, type HubFolder } from "./download.ts";
export { NetworkError } from "./errors.ts";
export { checkpointFiles } from "./patterns.ts";
export type { FileStore } from "./store.ts";
