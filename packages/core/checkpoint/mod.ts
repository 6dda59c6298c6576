/** Checkpoints: safetensors, Hugging Face's layout, adapters, training state. */
export { openSafetensors, type Safetensors, type StoredDType, type StoredTensor } from "./header.ts";
export { readTensor } from "./read.ts";
export type { ByteSource } from "./source.ts";
export { type SafetensorsOptions, type TensorToWrite, writeSafetensors } from "./write.ts";
