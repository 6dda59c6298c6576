/** How Hugging Face's checkpoints name and lay out the tensors of each family. */
import type { ModelConfig, ModelFamily } from "../nn/config.ts";
import type { AdapterTarget } from "../nn/lora.ts";

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

/** What a family calls things. */
interface Names {
  /** In front of everything but the heads. */
  readonly prefix: string;
  readonly embedding: string;
  readonly positions?: string;
  readonly blocks: string;
  readonly norm: string;
  /** Norms of a block. */
  readonly norms: Readonly<Record<string, string>>;
  /** Linear layers of a block, and which ones of the tree each holds. */
  readonly linears: Readonly<Record<string, readonly string[]>>;
  /** Whether linear layers are stored as [in, out]. */
  readonly transposed: boolean;
}

const llama: Names = {
  ...{ prefix: "model.", embedding: "embed_tokens", blocks: "layers", norm: "norm", transposed: false },
  norms: {
    "input_layernorm": "attentionNorm",
    "self_attn.q_norm": "queryNorm",
    "self_attn.k_norm": "keyNorm",
    "post_attention_layernorm": "mlpNorm",
  },
  linears: {
    "self_attn.q_proj": ["query"],
    "self_attn.k_proj": ["key"],
    "self_attn.v_proj": ["value"],
    "self_attn.o_proj": ["output"],
    "mlp.gate_proj": ["gate"],
    "mlp.up_proj": ["up"],
    "mlp.down_proj": ["down"],
  },
};

const gpt2: Names = {
  ...{ prefix: "transformer.", embedding: "wte", positions: "wpe", blocks: "h", norm: "ln_f", transposed: true },
  norms: { "ln_1": "attentionNorm", "ln_2": "mlpNorm" },
  linears: {
    "attn.c_attn": ["query", "key", "value"],
    "attn.c_proj": ["output"],
    "mlp.c_fc": ["up"],
    "mlp.c_proj": ["down"],
  },
};

const families: Readonly<Record<ModelFamily, Names>> = { gpt2, llama, mistral: llama, qwen2: llama, qwen3: llama };

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
  readonly keys: readonly AdapterTarget[];
}

/** Linear layers of a block that the model has. */
export function linearModules(config: ModelConfig): LinearModule[] {
  return Object.entries(families[config.family].linears)
    .filter(([, keys]) => config.activation === "swiglu" || !keys.includes("gate"))
    .map(([module, keys]) => ({ module, keys: keys as AdapterTarget[] }));
}

/** The name of a block's module, without the trunk's prefix. */
export function moduleName(config: ModelConfig, layer: number, module: string): string {
  return `${families[config.family].blocks}.${layer}.${module}`;
}

/** Rows, columns and bias of a block's linear layer. */
export function linearSize(config: ModelConfig, key: string): { out: number; into: number; bias: boolean } {
  const { width, hidden, heads, kvHeads, headDim, bias } = config;
  if (key === "query") return { out: heads * headDim, into: width, bias: bias.qkv };
  if (key === "key" || key === "value") return { out: kvHeads * headDim, into: width, bias: bias.qkv };
  if (key === "output") return { out: width, into: heads * headDim, bias: bias.output };
  return key === "down" ? { out: width, into: hidden, bias: bias.mlp } : { out: hidden, into: width, bias: bias.mlp };
}

function linearSlots(config: ModelConfig, name: string, block: string, keys: readonly string[]): Slot[] {
  const sizes = keys.map((key) => ({ key, ...linearSize(config, key) }));
  const weights = sizes.map(({ key, out, into }) => ({ path: `${block}.${key}.weight`, shape: [out, into] }));
  const biases = sizes.map(({ key, out }) => ({ path: `${block}.${key}.bias`, shape: [out] }));
  return [
    slot(`${name}.weight`, weights, families[config.family].transposed),
    ...sizes[0]!.bias ? [slot(`${name}.bias`, biases)] : [],
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
