/** Which modules of a model PEFT adapts, and what they are in the tree. */
import type { ModelConfig } from "../nn/config.ts";
import { type LinearName, linearShapes } from "../nn/params.ts";
import { linearModules, moduleName, prefixOf } from "./layout.ts";

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
  readonly keys: readonly LinearName[];
  /** Rows of each of them. */
  readonly outs: readonly number[];
  /** Columns of all of them. */
  readonly into: number;
}

/** Lists the modules of all blocks. */
export function adapterModules(config: ModelConfig): AdapterModule[] {
  const shapes = linearShapes(config);
  const modules = linearModules(config).map(({ module, keys }) => ({
    ...{ module, keys, outs: keys.map((key) => shapes[key]![0]), into: shapes[keys[0]!]![1] },
  }));
  const prefix = prefixOf(config);
  return Array.from(
    { length: config.layers },
    (_, layer) =>
      modules.map((module) => ({ ...module, layer, prefix, name: moduleName(config, layer, module.module) })),
  ).flat();
}
