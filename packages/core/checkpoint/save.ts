/** Models into Hugging Face's checkpoints. */
import type { Tensor } from "../device/tensor.ts";
import { entriesOf } from "../device/tree.ts";
import type { Params } from "../nn/params.ts";
import { quote } from "./header.ts";
import { type Slot, slotsOf } from "./layout.ts";
import type { Model } from "./load.ts";
import { streamOf } from "./source.ts";
import { transpose } from "./transpose.ts";
import { storedBytes, type TensorToWrite, writeSafetensors } from "./write.ts";

/** How {@linkcode saveModel} stores a model. */
export interface SaveOptions {
  /**
   * How numbers are stored; 16 bits are rounded to nearest.
   *
   * @default {"f32"}
   */
  dtype?: "f32" | "f16" | "bf16";
  /**
   * Largest safetensors file in bytes of tensors; a model above it is cut into several with an index.
   *
   * @default {5e9}
   */
  maxShardBytes?: number;
}

/** A file to write: the caller decides where, and writes it whole or not at all. */
export interface FileToWrite {
  /** Its name within the checkpoint. */
  readonly name: string;
  /** Its content, made as it is read. */
  readonly bytes: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Lays a model out as a Hugging Face checkpoint, without `config.json`. Tensors are read from the device while a file's
 * stream is: none may change or end before.
 *
 * @param model The model; with `score` it becomes one for sequence classification, without its output matrix.
 * @param options How numbers are stored, and how large a file may be.
 * @returns The files.
 * @throws {RangeError} If parameters are missing or have shapes that the config does not give them.
 */
export function saveModel(model: Model, options: SaveOptions = {}): FileToWrite[] {
  const { dtype = "f32", maxShardBytes = 5e9 } = options;
  const shards = split(tensorsOf(model), dtype, maxShardBytes);
  const metadata = { format: "pt" };
  const write = (tensors: TensorToWrite[]) => writeSafetensors(tensors, { dtype, metadata });
  if (shards.length === 1) return [{ name: "model.safetensors", bytes: write(shards[0]!) }];
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
    ...named.map(({ name, tensors }) => ({ name, bytes: write(tensors) })),
    { name: "model.safetensors.index.json", bytes: textStream(`${JSON.stringify(index, undefined, 2)}\n`) },
  ];
}

/** A short text as a stream. */
export function textStream(text: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return streamOf(async function* () {
    yield new TextEncoder().encode(text);
  }());
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
  const tree = new Map(entriesOf({ ...params, ...score && { score } }));
  const rowsOf = (path: "embedding" | "head") => shardsOf(params, path).map(({ shape }) => shape[0]!);
  const head = !config.tied && !score;
  return slotsOf(config, { head, score: score !== undefined, rowsOf }).map(({ name, parts, transposed, shape }) => {
    const from = (rows: readonly Float32Array[]) => transpose(rows, shape[0]!);
    return { name, parts: parts.map((part) => take(tree, part)), ...transposed && { arranged: { shape, from } } };
  });
}

function shardsOf(params: Params, path: "embedding" | "head"): readonly Tensor[] {
  const table = params[path];
  return Array.isArray(table) ? table : [table as Tensor];
}

function take(tree: ReadonlyMap<string, Tensor>, { path, shape }: Slot["parts"][number]): Tensor {
  const tensor = tree.get(path);
  if (`${tensor?.shape}` === `${shape}`) return tensor!;
  const found = tensor ? `shape [${tensor.shape}]` : "nothing";
  throw new RangeError(
    `Expected ${quote(path)} of the model to have shape [${shape}], as its config says, but found ${found}`,
  );
}

/** Fills file after file. */
function split(tensors: readonly TensorToWrite[], dtype: SaveOptions["dtype"], most: number): TensorToWrite[][] {
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
