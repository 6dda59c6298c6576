/** How Hugging Face's checkpoints lay out the tensors of each family. */
import type { ModelConfig } from "../nn/config.ts";
import { type LinearName, linearShapes } from "../nn/params.ts";
import { families } from "./names.ts";

/** A tensor of a checkpoint, and the tensors of the tree whose rows, one after another, it consists of. */
export interface Slot {
  /** Its name in the checkpoint. */
  readonly name: string;
  /** Its shape there. */
  readonly shape: readonly number[];
  /** Paths in the tree of parameters, and shapes there. */
  readonly parts: readonly { readonly path: string; readonly shape: readonly number[] }[];
  /** Whether the checkpoint has rows and columns exchanged. */
  readonly transposed: boolean;
}

/** What of a model a checkpoint holds. */
export interface LayoutOptions {
  /** In front of the trunk's names; by default what the family's models with a head have. */
  readonly prefix?: string;
  /** Whether there is an output matrix of its own. */
  readonly head: boolean;
  /** Whether there is a scalar head. */
  readonly score: boolean;
  /** How many rows each tensor of a table has. */
  readonly rowsOf: (path: "embedding" | "head", rows: number) => readonly number[];
}

/** The prefix of a family's trunk in checkpoints of models with a head. */
export function prefixOf({ family }: ModelConfig): string {
  return families[family].prefix;
}

/**
 * Lists the tensors of a checkpoint.
 *
 * @param config The model.
 * @param options What of it the checkpoint holds.
 * @returns The tensors in the order of the layers.
 */
export function slotsOf(config: ModelConfig, options: LayoutOptions): Slot[] {
  const names = families[config.family];
  const { width } = config;
  const prefix = options.prefix ?? names.prefix;
  const table = (name: string, path: "embedding" | "head"): Slot => {
    const rows = options.rowsOf(path, config.vocabulary);
    const part = (rows: number, i?: number) => ({
      path: i === undefined ? path : `${path}.${i}`,
      shape: [rows, width],
    });
    return slot(name, rows.length === 1 ? [part(rows[0]!)] : rows.map(part));
  };
  const { positions } = names;
  return [
    table(`${prefix}${names.embedding}.weight`, "embedding"),
    ...positions && !config.rope
      ? [slot(`${prefix}${positions}.weight`, [{ path: "positions", shape: [config.positions, width] }])]
      : [],
    ...Array.from({ length: config.layers }, (_, i) => [
      ...Object.entries(names.norms).flatMap(([module, key]) =>
        normSlots(config, `${prefix}${names.blocks}.${i}.${module}`, `blocks.${i}.${key}`, normWidth(config, key))
      ),
      ...linearModules(config).flatMap(({ module, keys }) =>
        linearSlots(config, `${prefix}${names.blocks}.${i}.${module}`, `blocks.${i}`, keys)
      ),
    ]).flat(),
    ...normSlots(config, `${prefix}${names.norm}`, "norm", width),
    ...options.head ? [table("lm_head.weight", "head")] : [],
    ...options.score ? [slot("score.weight", [{ path: "score.weight", shape: [1, width] }])] : [],
  ];
}

/** A linear layer of a block as the checkpoint has it. */
export interface LinearModule {
  /** Its name within the block. */
  readonly module: string;
  /** The layers of the tree that it holds. */
  readonly keys: readonly LinearName[];
}

/** Linear layers of a block that the model has. */
export function linearModules(config: ModelConfig): LinearModule[] {
  return Object.entries(families[config.family].linears)
    .filter(([, keys]) => linearShapes(config)[keys[0]!])
    .map(([module, keys]) => ({ module, keys }));
}

/** The name of a block's module, without the trunk's prefix. */
export function moduleName(config: ModelConfig, layer: number, module: string): string {
  return `${families[config.family].blocks}.${layer}.${module}`;
}

/** The group of biases that a linear layer belongs to. */
const biasOf = (key: LinearName) => key === "output" ? "output" : linearsOfAttention.includes(key) ? "qkv" : "mlp";
const linearsOfAttention: readonly LinearName[] = ["query", "key", "value"];

function linearSlots(config: ModelConfig, name: string, block: string, keys: readonly LinearName[]): Slot[] {
  const shapes = linearShapes(config);
  const weights = keys.map((key) => ({ path: `${block}.${key}.weight`, shape: shapes[key]! }));
  const biases = keys.map((key) => ({ path: `${block}.${key}.bias`, shape: [shapes[key]![0]] }));
  return [
    slot(`${name}.weight`, weights, families[config.family].transposed),
    ...config.bias[biasOf(keys[0]!)] ? [slot(`${name}.bias`, biases)] : [],
  ];
}

function normWidth(config: ModelConfig, key: string): number | undefined {
  if (key === "queryNorm" || key === "keyNorm") return config.headNorm ? config.headDim : undefined;
  return config.width;
}

function normSlots(config: ModelConfig, name: string, path: string, width: number | undefined): Slot[] {
  if (width === undefined) return [];
  const kinds = config.norm === "layer" ? ["weight", "bias"] : ["weight"];
  return kinds.map((kind) => slot(`${name}.${kind}`, [{ path: `${path}.${kind}`, shape: [width] }]));
}

function slot(name: string, parts: Slot["parts"], transposed = false): Slot {
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const shape = [rows, ...parts[0]!.shape.slice(1)];
  return { name, parts, transposed, shape: transposed ? shape.reverse() : shape };
}
