/** Where a model on ONNX Runtime comes from: a folder, or the hub where that is asked for. */
import { downloadRepository } from "@tare/data/hub";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { folderStore } from "./folder_store.ts";

/** What computes. */
export type ModelDevice = "cpu" | "cuda" | "dml" | "coreml" | "webgpu";

/** Numbers of the weights: `fp32` is `model.onnx`, `q8` is `model_quantized.onnx`, `fp16` is `model_fp16.onnx` and so on. */
export type ModelDtype = "fp32" | "fp16" | "int8" | "uint8" | "q8" | "q4" | "q4f16" | "bnb4";

/** A revision of the Hugging Face hub, and where it is kept. */
export interface ModelHub {
  /** Commit, tag or branch. */
  readonly revision: string;
  /** Folder that keeps what is downloaded. */
  readonly cache: string;
  /** Access token, for gated and private repositories. */
  readonly token?: string;
  /** Address of the hub, or of a mirror. @default {"https://huggingface.co"} */
  readonly hubUrl?: string;
}

/** How a model is loaded. */
export interface ModelOptions {
  /**
   * Takes the model from the Hugging Face hub, by its id, and downloads what the cache lacks. Without it, the model is a
   * folder and nothing is downloaded.
   */
  readonly hub?: ModelHub;
  /** Numbers of the weights, which say which file of the model is taken. @default {"fp32"} */
  readonly dtype?: ModelDtype;
  /** What computes. @default {"cpu"} */
  readonly device?: ModelDevice;
}

/** What is known of a model before its weights are loaded. */
export interface Source {
  /** Absolute path of its folder. */
  readonly path: string;
  /** How the library loads it: from there alone. */
  readonly options: {
    readonly local_files_only: true;
    readonly subfolder: string;
    readonly dtype: ModelDtype;
    readonly device: ModelDevice;
  };
  /** The folder's name, or the hub's id and revision; a fingerprint of the files; and what numbers the weights have. */
  readonly id: string;
  /** What is in config.json. */
  readonly config: ModelConfig;
  /** What is in chat_template.jinja, which the library does not read. */
  readonly template?: string;
}

/** What is read of config.json. */
export interface ModelConfig extends Readonly<Record<string, unknown>> {
  /** Kind of the model, such as `bert`. */
  readonly model_type?: string;
  /** Python's class. */
  readonly architectures?: readonly string[];
  /** Names of a classifier's labels. */
  readonly id2label?: Readonly<Record<string, string>>;
  /** Id that fills a batch. */
  readonly pad_token_id?: number | null;
  /** Ids that end a text. */
  readonly eos_token_id?: number | readonly number[] | null;
  /** Most tokens. */
  readonly max_position_embeddings?: number;
  /** Most tokens, as GPT-2 has it. */
  readonly n_positions?: number;
}

/** Files beside the weights that decide what a model answers. */
const texts = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
];
const needed = ["config.json", "tokenizer.json", "tokenizer_config.json"];
const suffixes: Readonly<Record<ModelDtype, string>> = {
  fp32: "",
  fp16: "_fp16",
  int8: "_int8",
  uint8: "_uint8",
  q8: "_quantized",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
};

/**
 * Finds a model.
 *
 * @param from Path of a folder, or the hub's id.
 * @param options Which of the two, and which weights.
 * @returns What there is to know before the weights are loaded.
 * @throws {TypeError} If there is no such model, or a file is missing.
 */
export async function findModel(
  from: string,
  { hub, dtype = "fp32", device = "cpu" }: ModelOptions,
): Promise<Source> {
  if (!Object.hasOwn(suffixes, dtype)) {
    throw new TypeError(`Expected dtype to be one of ${Object.keys(suffixes).join(", ")} but found ${dtype}`);
  }
  const weights = `model${suffixes[dtype]}.onnx`;
  const path = resolve(hub ? await download(from, hub, weights) : from);
  if (!await isThere(path)) {
    throw new TypeError(
      `Expected a folder with an ONNX model but found nothing at ${from}: name a folder, or take it from the hub with the option hub`,
    );
  }
  for (const name of needed) {
    if (!await isThere(join(path, name))) {
      throw new TypeError(`Expected ${name} in ${from} but found none: copy it from where the model comes from`);
    }
  }
  const subfolder = await isThere(join(path, "onnx", weights)) ? "onnx" : "";
  const file = join(path, subfolder, weights);
  if (!await isThere(file)) {
    throw new TypeError(
      `Expected onnx/${weights} in ${from} but found none: export the model to ONNX, or say with dtype which file is there`,
    );
  }
  const name = hub ? `${from}@${hub.revision}` : basename(path);
  return {
    path,
    options: { local_files_only: true, subfolder, dtype, device },
    id: `${name}@${await fingerprint(path, file)}:${dtype}`,
    config: parse(await readFile(join(path, "config.json"), "utf8"), from),
    template: await readFile(join(path, "chat_template.jinja"), "utf8").catch(() => undefined),
  };
}

/** Brings a model into the cache; gives its folder there. */
async function download(id: string, { cache, ...options }: ModelHub, weights: string): Promise<string> {
  const files = [...texts, `onnx/${weights}*`]; // weights above 2 GB lie in model.onnx_data beside the graph
  const { folder } = await downloadRepository(id, folderStore(cache), { ...options, files });
  return join(cache, folder);
}

/**
 * Loads a part of a model, and says in one sentence why it cannot be loaded.
 *
 * @param from What the user named.
 * @param load Loads it.
 * @returns What was loaded.
 * @throws {TypeError} If it cannot be loaded.
 */
export async function loading<T>(from: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new TypeError(`Cannot load ${from}: ${sentence(error)}`, { cause: error });
  }
}

/** The first line of what went wrong. */
export function sentence(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!.trim();
}

/** Most tokens that a model takes; RoBERTa's kind counts positions from behind the id that fills a batch. */
export function positionsOf({ model_type, max_position_embeddings, n_positions, pad_token_id }: ModelConfig): number {
  const positions = max_position_embeddings ?? n_positions ?? Infinity;
  return /roberta|camembert|mpnet/.test(model_type ?? "") ? positions - (pad_token_id ?? 1) - 1 : positions;
}

/** Hash of everything in the folder that decides what the model answers: 12 hexadecimal digits. */
async function fingerprint(folder: string, weights: string): Promise<string> {
  const outside = (await readdir(dirname(weights))).filter((name) => name.startsWith(`${basename(weights)}_data`))
    .sort();
  const hash = createHash("sha256");
  for (
    const path of [
      ...texts.map((name) => join(folder, name)),
      weights,
      ...outside.map((name) => join(dirname(weights), name)),
    ]
  ) {
    const size = await stat(path).then(({ size }) => size, () => -1);
    hash.update(`${basename(path)} ${size}\n`);
    if (size > 0) { for await (const bytes of createReadStream(path)) hash.update(bytes); }
  }
  return hash.digest("hex").slice(0, 12);
}

function parse(json: string, from: string): ModelConfig {
  try {
    const config = JSON.parse(json);
    if (config && typeof config === "object") return config;
  } catch { /* said below */ }
  throw new TypeError(
    `Expected JSON in config.json of ${from} but found something else: copy it from where the model comes from`,
  );
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
