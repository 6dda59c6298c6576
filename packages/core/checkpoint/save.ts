/** Models into Hugging Face's checkpoints. */
import type { Tensor } from "../device/tensor.ts";
import { entriesOf } from "../device/tree.ts";
import { configJson } from "../nn/config_json.ts";
import type { Params } from "../nn/params.ts";
import { quote } from "./json.ts";
import { type Slot, slotsOf } from "./layout.ts";
import type { Model } from "./load.ts";
import { transpose } from "./transpose.ts";
import { storedBytes, type StoredFloat, type TensorToWrite } from "./place.ts";
import { writeSafetensors } from "./write.ts";

const torchNames = { f32: "float32", f16: "float16", bf16: "bfloat16" } as const;

/** How {@linkcode saveModel} stores a model. */
export interface SaveOptions {
  /**
   * How numbers are stored; 16 bits are rounded to nearest.
   *
   * @default {"f32"}
   */
  dtype?: StoredFloat;
  /**
   * Largest safetensors file in bytes of tensors; a model above it is cut into several with an index.
   *
   * @default {5e9}
   */
  maxShardBytes?: number;
  /** The `config.json` that the model was loaded with: its fields stay where the model does not say otherwise. */
  json?: Readonly<Record<string, unknown>>;
}

/** A file to write: the caller decides where, and writes it whole or not at all. */
export interface FileToWrite {
  /** Its name within the checkpoint. */
  readonly name: string;
  /** Its content, made as it is read. */
  readonly bytes: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Lays a model out as a Hugging Face checkpoint. Tensors are read from the device while a file's stream is: none may
 * change or end before.
 *
 * @param model The model; with `score` it becomes one for sequence classification, without its output matrix.
 * @param options How numbers are stored, how large a file may be, and the `config.json` to keep.
 * @returns The files.
 * @throws {RangeError} If parameters are missing or have shapes that the config does not give them, or the family's
 * `config.json` cannot say what the config does.
 *
 * @example Usage
 * ```ts
 * import { initParams, openDevice, parseConfig, saveModel } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 4, n_head: 2, n_layer: 1, vocab_size: 9 });
 * const files = saveModel({ config, params: initParams(device, config, 1) }, { dtype: "bf16" });
 * assertEquals(files.map(({ name }) => name), ["config.json", "model.safetensors"]);
 * assertEquals((await new Response(files[0]!.bytes).json()).model_type, "gpt2");
 * ```
 */
export function saveModel(model: Model, options: SaveOptions = {}): FileToWrite[] {
  const { dtype = "f32", maxShardBytes = 5e9, json } = options;
  const shards = split(tensorsOf(model), dtype, maxShardBytes);
  const metadata = { format: "pt" };
  const write = (tensors: TensorToWrite[]) => writeSafetensors(tensors, { dtype, metadata });
  const stored = torchNames[dtype];
  const config = {
    ...json,
    ...configJson(model.config, model.score ? "score" : "language"),
    ...{ dtype: stored, torch_dtype: stored }, // the first for transformers 5, the second for 4
  };
  const files = [jsonFile("config.json", config)];
  if (shards.length === 1) return [...files, { name: "model.safetensors", bytes: write(shards[0]!) }];
  const digits = (i: number) => `${i}`.padStart(5, "0");
  const named = shards.map((tensors, i) => ({
    name: `model-${digits(i + 1)}-of-${digits(shards.length)}.safetensors`,
    tensors,
  }));
  const index = {
    metadata: { total_size: shards.reduce((sum, tensors) => sum + storedBytes(tensors, dtype), 0) },
    weight_map: Object.fromEntries(named.flatMap(({ name, tensors }) => tensors.map((tensor) => [tensor.name, name]))),
  };
  return [
    ...files,
    ...named.map(({ name, tensors }) => ({ name, bytes: write(tensors) })),
    jsonFile("model.safetensors.index.json", index),
  ];
}

/** A JSON file. */
export function jsonFile(name: string, json: unknown): FileToWrite {
  const bytes = new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`);
  return { name, bytes: new Blob([bytes]).stream() };
}

function tensorsOf({ config, params, score }: Model): TensorToWrite[] {
  if (!score && !config.tied && !params.head) {
    throw new RangeError("Expected the model to have a head, since its config is not tied, but found none");
  }
  if (score?.bias) {
    throw new RangeError(
      "Cannot save a score head with a bias: Hugging Face's sequence classifiers have none; train one without",
    );
  }
  const { head: _, ...headless } = params;
  const tree = new Map(entriesOf({ ...score ? { ...headless, score } : params }));
  const rowsOf = (path: "embedding" | "head") => shardsOf(params, path).map(({ shape }) => shape[0]!);
  const slots = slotsOf(config, { head: !config.tied && !score, score: score !== undefined, rowsOf });
  const tensors = slots.map(({ name, parts, transposed, shape }): TensorToWrite => {
    const from = (rows: readonly Float32Array[]) => transpose(rows, shape[0]!);
    return { name, parts: parts.map((part) => take(tree, part)), ...transposed && { arranged: { shape, from } } };
  });
  const [extra] = tree.keys();
  if (extra !== undefined) {
    throw new RangeError(`Cannot save ${quote(extra)} of the model: its config leaves no place for it`);
  }
  return tensors;
}

function shardsOf(params: Params, path: "embedding" | "head"): readonly Tensor[] {
  const table = params[path];
  return Array.isArray(table) ? table : [table as Tensor];
}

/** Takes a tensor out of the tree. */
function take(tree: Map<string, Tensor>, { path, shape }: Slot["parts"][number]): Tensor {
  const tensor = tree.get(path);
  tree.delete(path);
  if (`${tensor?.shape}` === `${shape}`) return tensor!;
  const found = tensor ? `shape [${tensor.shape}]` : "nothing";
  throw new RangeError(
    `Expected ${quote(path)} of the model to have shape [${shape}], as its config says, but found ${found}`,
  );
}

/** Fills file after file. */
function split(tensors: readonly TensorToWrite[], dtype: StoredFloat, most: number): TensorToWrite[][] {
  const shards: TensorToWrite[][] = [];
  let room = 0;
  for (const tensor of tensors) {
    const bytes = storedBytes([tensor], dtype);
    if (shards.length === 0 || bytes > room) {
      shards.push([]);
      room = most;
    }
    shards.at(-1)!.push(tensor);
    room -= bytes;
  }
  return shards;
}
