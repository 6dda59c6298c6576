/** Models of this machine's folders. */
import type { ModelConfig } from "@tare/core";

/** Reads a model folder's `config.json`. */
export function readConfig(_path: string): Promise<ModelConfig> {
  throw new Error("soon");
}
