/** Models from Hugging Face's checkpoints. */
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { shardRows } from "../kernels/row_shards.ts";
import type { ModelConfig } from "../nn/config.ts";
import type { Params } from "../nn/params.ts";
import { parseConfig } from "../nn/parse_config.ts";
import type { ScoreHead } from "../nn/score.ts";
import { quote } from "./json.ts";
import { type LayoutOptions, prefixOf, type Slot, slotsOf } from "./layout.ts";
import { decoderOf, pieces } from "./read.ts";
import { transpose } from "./transpose.ts";
import { treeOf } from "./tree.ts";
import { type CheckpointFiles, openWeights, readJson, type Weight } from "./weights.ts";

/** A model: what it is and its parameters. */
export interface Model {
  /** Sizes and variants. */
  readonly config: ModelConfig;
  /** The transformer. */
  readonly params: Params;
  /** A scalar head, as reward models have it; it makes the model one for sequence classification. */
  readonly score?: ScoreHead;
}

/** Tensors that checkpoints hold beside parameters: tables and masks that others compute once. */
const harmless = /(rotary_emb\.inv_freq|\.attn\.(masked_)?bias)$/;

/** A model as {@linkcode loadModel} gives it. */
export interface LoadedModel extends Model {
  /** `config.json` as it was, for `saveModel` to keep what Tare does not know. */
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * Loads a model from a Hugging Face checkpoint: `config.json` with `model.safetensors`, or with shards and their index.
 * Before anything is loaded, every tensor that the config needs is looked for and its shape compared. F16 and BF16
 * become float32.
 *
 * @param device Where it goes.
 * @param files The checkpoint's files.
 * @returns The model; with `score` if the checkpoint has a scalar head. Its tensors belong to the current scope.
 * @throws {RangeError} If tensors are missing, unexpected, or of another shape, or a file is missing or not what it claims.
 * @throws {SyntaxError} If a file does not parse.
 * @throws {TypeError} If the model is not supported, or tensors have a dtype other than F32, F16 and BF16.
 *
 * @example Usage
 * ```ts
 * import { initParams, loadModel, openDevice, parseConfig, saveModel } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 4, n_head: 2, n_layer: 1, vocab_size: 9 });
 * const params = initParams(device, config, 1);
 * const blobs = new Map<string, Blob>();
 * for (const { name, bytes } of saveModel({ config, params })) blobs.set(name, await new Response(bytes).blob());
 *
 * const again = await loadModel(device, { open: (name) => Promise.resolve(blobs.get(name)) });
 * assertEquals(await again.params.norm.weight.data(), await params.norm.weight.data());
 * ```
 */
export async function loadModel(device: Device, files: CheckpointFiles): Promise<LoadedModel> {
  return await loadSharded(device, files, device.limits.maxTensorBytes);
}

/** {@linkcode loadModel} with tables cut into tensors of at most `maxBytes`; tests take few. */
export async function loadSharded(device: Device, files: CheckpointFiles, maxBytes: number): Promise<LoadedModel> {
  const source = await files.open("config.json");
  if (!source) throw new RangeError("Cannot find config.json: a checkpoint has it beside model.safetensors");
  const json = await readJson(source, "config.json");
  const config = parseConfig(json);
  const weights = await openWeights(files);
  const slots = match(weights, config, (_, rows) => shardRows(device, rows, config.width, maxBytes));
  const made: (readonly [path: string, tensor: Tensor])[] = [];
  try {
    for (const [slot, weight] of slots) {
      const first = made.length;
      for (const { path, shape } of slot.parts) made.push([path, device.empty(shape)]);
      await fill(device, made.slice(first).map(([, tensor]) => tensor), slot, weight);
    }
  } catch (error) {
    for (const [, tensor] of made) tensor.dispose();
    throw error;
  }
  const { score, ...params } = treeOf(made) as unknown as Params & Pick<Model, "score">;
  return { config, json, params, ...score && { score } };
}

/** Finds the tensor of each slot, or says what does not fit. */
function match(
  weights: ReadonlyMap<string, Weight>,
  config: ModelConfig,
  rowsOf: LayoutOptions["rowsOf"],
): [Slot, Weight][] {
  const prefix = [...weights.keys()].some((name) => name.startsWith(prefixOf(config))) ? prefixOf(config) : "";
  const score = weights.has("score.weight");
  const head = !config.tied && !(score && !weights.has("lm_head.weight"));
  const slots = slotsOf(config, { prefix, head, score, rowsOf });
  const found = slots.map((slot): [Slot, Weight] => [slot, find(slot, weights)]);
  const expected = new Set(slots.map(({ name }) => name));
  const extra = [...weights.keys()].filter((name) =>
    !expected.has(name) && !harmless.test(name) && !(config.tied && name === "lm_head.weight")
  );
  if (extra.length > 0) {
    const shown = extra.slice(0, 3).map(quote).join(", ");
    throw new RangeError(
      `Cannot load the checkpoint as ${config.family}: it has tensors that config.json leaves no place for, ${shown}` +
        `${extra.length > 3 ? ` and ${extra.length - 3} more` : ""}; config and weights must be of one model`,
    );
  }
  return found;
}

function find({ name, shape }: Slot, weights: ReadonlyMap<string, Weight>): Weight {
  const weight = weights.get(name);
  const wanted = `tensor ${quote(name)} of shape [${shape}]`;
  if (!weight) throw new RangeError(`Expected ${wanted} in the checkpoint, as config.json says, but it is not there`);
  const { file, stored } = weight;
  if (`${stored.shape}` !== `${shape}`) {
    const remedy = name === "score.weight" ? "; only models with num_labels 1 are read" : "";
    throw new RangeError(
      `Expected ${wanted} in ${file.file}, as config.json says, but found shape [${stored.shape}]${remedy}`,
    );
  }
  const { dtype } = decoderOf(stored, file.file);
  if (dtype !== "f32") {
    throw new TypeError(`Expected ${wanted} in ${file.file} to hold floats but found ${stored.dtype}`);
  }
  return weight;
}

/** Reads a tensor of the checkpoint into the tensors of the tree that it consists of. */
async function fill(device: Device, parts: readonly Tensor[], slot: Slot, { file, stored }: Weight): Promise<void> {
  if (!slot.transposed) {
    for await (const { offset, values } of pieces(file, stored)) scatter(device, parts, values as Float32Array, offset);
    return;
  }
  // Transposing needs all of it on the host. Tables, which are what is large, never are transposed.
  const [into, out] = slot.shape as [number, number];
  const rows: Float32Array[] = [];
  for await (const { values } of pieces(file, stored, out)) rows.push(values as Float32Array);
  if (into > 0) scatter(device, parts, transpose(rows, out), 0);
}

/** Writes elements of a tensor whose rows are spread over several. */
function scatter(device: Device, parts: readonly Tensor[], values: Float32Array, offset: number): void {
  let first = 0;
  for (const part of parts) {
    const [from, to] = [Math.max(offset, first), Math.min(offset + values.length, first + part.size)];
    if (from < to) device.write(part, values.subarray(from - offset, to - offset), from - first);
    first += part.size;
  }
}
