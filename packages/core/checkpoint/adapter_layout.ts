/** Which modules of a model PEFT adapts, and what they are in the tree. */
import type { ModelConfig } from "../nn/config.ts";
import type { AdapterTarget } from "../nn/lora.ts";
import { linearModules, linearSize, moduleName, prefixOf } from "./layout.ts";

/** A linear layer of a checkpoint that an adapter may change. */
export interface AdapterModule {
  /** Which block. */
  readonly layer: number;
  /** Its name within the block, such as `self_attn.q_proj`. */
  readonly module: string;
  /** Its name within the trunk, such as `layers.0.self_attn.q_proj`. */
  readonly name: string;
  /** In front of the trunk's names. */
  readonly prefix: string;
  /** The layers of the tree that it holds. */
  readonly keys: readonly AdapterTarget[];
  /** Rows of each of them. */
  readonly outs: readonly number[];
  /** Columns of all of them. */
  readonly into: number;
}

/** Lists the modules of all blocks. */
export function adapterModules(config: ModelConfig): AdapterModule[] {
  const modules = linearModules(config).map(({ module, keys }) => ({
    ...{ module, keys, outs: keys.map((key) => linearSize(config, key).out) },
    into: linearSize(config, keys[0]!).into,
  }));
  const prefix = prefixOf(config);
  return Array.from(
    { length: config.layers },
    (_, layer) =>
      modules.map((module) => ({ ...module, layer, prefix, name: moduleName(config, layer, module.module) })),
  ).flat();
}
