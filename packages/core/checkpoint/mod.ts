/** Checkpoints: safetensors, Hugging Face's layout, adapters, training state. */
export { openSafetensors, type Safetensors, type StoredDType, type StoredTensor } from "./header.ts";
export { type LoadedModel, loadModel, type Model } from "./load.ts";
export { readTensor } from "./read.ts";
export { type FileToWrite, saveModel, type SaveOptions } from "./save.ts";
export type { ByteSource } from "./source.ts";
export { loadState, saveState } from "./state.ts";
export type { CheckpointFiles } from "./weights.ts";
export type { StoredFloat, TensorToWrite } from "./place.ts";
export { type SafetensorsOptions, writeSafetensors } from "./write.ts";
export { loadAdapter } from "./load_adapter.ts";
export { saveAdapter } from "./save_adapter.ts";
