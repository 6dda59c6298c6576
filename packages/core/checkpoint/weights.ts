/** The safetensors files of a model: one, or several with an index. */
import { isObject } from "../nn/json_fields.ts";
import { openSafetensors, type Safetensors, type StoredTensor } from "./header.ts";
import { quote } from "./json.ts";
import { type ByteSource, readBytes } from "./source.ts";

/** The files of a checkpoint, wherever they are. */
export interface CheckpointFiles {
  /** Opens a file by its name, such as `config.json`; gives `undefined` where there is none. */
  open(name: string): Promise<ByteSource | undefined>;
}

/** A tensor and the file that holds it. */
export interface Weight {
  readonly file: Safetensors;
  readonly stored: StoredTensor;
}

const single = "model.safetensors";
const indexName = "model.safetensors.index.json";

/**
 * Opens all safetensors files of a model; reads headers alone.
 *
 * @throws {RangeError} If a file is missing, or the index contradicts the files.
 * @throws {SyntaxError} If a file does not parse.
 */
export async function openWeights(files: CheckpointFiles): Promise<Map<string, Weight>> {
  const whole = await files.open(single);
  if (whole) return weightsOf([await openSafetensors(whole, single)]);
  const index = await files.open(indexName);
  if (!index) {
    throw new RangeError(
      `Cannot find the model's weights: there is no ${single} and no ${indexName}; convert other formats with ` +
        `transformers' save_pretrained`,
    );
  }
  const places = weightMap(await readJson(index, indexName));
  const shards = await Promise.all([...new Set(places.values())].map(async (name) => {
    const source = await files.open(name);
    if (!source) throw new RangeError(`Cannot find ${name}, which ${indexName} names: download the whole model`);
    return await openSafetensors(source, name);
  }));
  const weights = weightsOf(shards);
  for (const [name, place] of places) {
    if (weights.get(name)?.file.file !== place) {
      throw new RangeError(`Cannot find tensor ${quote(name)} in ${place}, where ${indexName} says it is`);
    }
  }
  return weights;
}

function weightsOf(files: readonly Safetensors[]): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  for (const file of files) {
    for (const stored of file.tensors.values()) {
      const other = weights.get(stored.name);
      if (other) {
        throw new RangeError(`Found tensor ${quote(stored.name)} in ${other.file.file} and in ${file.file}: keep one`);
      }
      weights.set(stored.name, { file, stored });
    }
  }
  return weights;
}

/** Which file holds which tensor. */
function weightMap(index: Record<string, unknown>): Map<string, string> {
  const map = index.weight_map;
  if (!isObject(map)) throw new SyntaxError(`Cannot read ${indexName}: it has no object "weight_map"`);
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== "string" || !/^[\w-][\w.-]*\.safetensors$/.test(file)) {
      throw new SyntaxError(`Cannot read ${indexName}: tensor ${quote(name)} is in ${quote(file)}, no file beside it`);
    }
  }
  return new Map(Object.entries(map as Record<string, string>));
}

/**
 * Reads a JSON file that must hold an object.
 *
 * @throws {SyntaxError} If it does not.
 */
export async function readJson(source: ByteSource, file: string): Promise<Record<string, unknown>> {
  if (source.size > 100_000_000) throw new SyntaxError(`Cannot read ${file}: ${source.size} bytes are no JSON of ours`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(await readBytes(source, 0, source.size, file)));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SyntaxError(`Cannot read ${file}: it is no JSON (${cause.message})`, { cause });
  }
  if (!isObject(json)) throw new SyntaxError(`Cannot read ${file}: expected a JSON object but found ${quote(json)}`);
  return json;
}
