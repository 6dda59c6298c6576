/** What training begins with: a checkpoint or a built-in size, its tokenizer, and an adapter over it. */
import {
  type Adapter,
  type CheckpointFiles,
  type Device,
  type FileToWrite,
  initAdapter,
  initParams,
  loadModel,
  mergeAdapter,
  type Model,
  type ModelConfig,
  saveAdapter,
  saveModel,
} from "@tare/core";
import { checkVocabulary, loadTokenizer, type Tokenizer } from "@tare/data";
import type { Trainable, TrainingState } from "@tare/finetune";
import type { Context } from "./command.ts";
import { digestFiles, weightFiles } from "./digest.ts";
import { openFolder, readText } from "./files.ts";
import { tokenizerFiles } from "./fingerprint.ts";
import { UsageError } from "./flags.ts";
import { openModel, readConfig, within } from "./model.ts";
import { sizedFor } from "./shapes.ts";
import type { TrainingValues } from "./training_flags.ts";

/** Flags that say what training begins with. */
export type StartValues =
  & Partial<Pick<TrainingValues, "model" | "size" | "tokenizer" | "cache" | "revision" | "lora-rank" | "lora-alpha">>
  & Pick<TrainingValues, "seed">;

/** What training begins with, before any weights are read. */
export interface Start {
  /** What the user calls it. */
  readonly name: string;
  /** Where it is: a checkpoint, or a folder with a tokenizer. */
  readonly files: CheckpointFiles;
  /** The model's sizes. */
  readonly config: ModelConfig;
  /** Its tokenizer. */
  readonly tokenizer: Tokenizer;
  /** What it is, for `run.json`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Brings it to a device: fresh, or as a state says. */
  place(device: Device, state?: Pick<TrainingState, "params">): Promise<Placed>;
  /** The tokenizer's files, byte for byte; in memory, for `--force` may replace the folder that they came from. */
  tokenizerFiles(): FileToWrite[];
}

/** A model on a device, to be trained. */
export interface Placed {
  /** The model. */
  readonly model: Model;
  /** The adapter that is trained in its stead. */
  readonly adapter?: Adapter;
  /** The `config.json` that it came with. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/**
 * Opens what `--model`, or `--size` with `--tokenizer`, names.
 *
 * @throws {UsageError} If it is neither or both; and what `loadTokenizer` and `parseConfig` throw.
 */
export async function openStart(values: StartValues, context: Context): Promise<Start> {
  const { model: name, size, tokenizer: tokenizerName, seed } = values;
  const { "lora-rank": rank, "lora-alpha": alpha = 2 * (rank ?? 0) } = values;
  if ((name === undefined) === (size === undefined)) {
    throw new UsageError(
      `Expected --model with a checkpoint, or --size with a built-in size and --tokenizer with a folder, but found ` +
        `${name === undefined ? "neither" : "both"}`,
    );
  }
  if ((size === undefined) !== (tokenizerName === undefined)) {
    throw new UsageError(
      size === undefined
        ? "Expected --model without --tokenizer: a checkpoint has its own"
        : "Expected --size with --tokenizer, the folder of a tokenizer.json",
    );
  }
  if (alpha > 0 && rank === undefined) {
    throw new UsageError("Expected --lora-rank beside --lora-alpha: without it there is no adapter");
  }
  const from = name ?? tokenizerName!;
  const files = name === undefined ? await openFolder(from) : await openModel(from, values, context);
  const tokenizer = await within(from, () => loadTokenizer(files));
  const config = size === undefined ? await readConfig(from, files) : sizedFor(size, tokenizer);
  await within(from, () => Promise.resolve(checkVocabulary(tokenizer, config.vocabulary)));
  const json = size === undefined ? JSON.parse(await readText((await files.open("config.json"))!)) : undefined;
  const fresh = size === undefined
    ? (device: Device) => within<Model>(from, () => loadModel(device, files))
    : (device: Device) => Promise.resolve<Model>({ config, params: initParams(device, config, seed) });
  const copies = await copy(files, tokenizerFiles);
  const weights = size === undefined ? ["config.json", ...await within(from, () => weightFiles(files))] : [];
  return {
    name: from,
    ...{ files, config, tokenizer },
    inputs: {
      [size === undefined ? "model" : "tokenizer"]: {
        sha256: await digestFiles(files, [...weights, ...tokenizerFiles]),
      },
    },
    async place(device, state) {
      const { params, score, adapter } = state?.params ?? {};
      // All weights that a state has need not be read again.
      const model = params ? { config, params, score } : { ...await fresh(device), ...score && { score } };
      const low = rank === undefined ? undefined : initAdapter(device, config, { rank, alpha }, seed);
      return { json, model, ...low && { adapter: adapter ? { ...low, params: adapter } : low } };
    },
    tokenizerFiles: () => copies.map(({ name, blob }) => ({ name, bytes: blob.stream() })),
  };
}

/** A model that is to be trained to speak: one with a score in place of words cannot be. */
export function languageModel(placed: Placed, name: string): Placed {
  if (!placed.model.score) return placed;
  throw new RangeError(`Expected a language model but found a reward model in ${name}: it has lost its output matrix`);
}

/** A checkpoint as others read it: the model, with the adapter in it and beside it, and its tokenizer. */
export function checkpointFiles(
  start: Start,
  { model, adapter, json }: Placed,
  trained: Trainable,
): FileToWrite[] {
  const { config } = model;
  const low = adapter && { ...adapter, params: trained.adapter! };
  const params = low ? mergeAdapter(model.params, low) : trained.params!;
  return [
    ...saveModel({ config, params, score: trained.score }, { json }),
    ...low ? saveAdapter(low, config).map(({ name, bytes }) => ({ name: `adapter/${name}`, bytes })) : [],
    ...start.tokenizerFiles(),
  ];
}

async function copy(files: CheckpointFiles, names: readonly string[]): Promise<{ name: string; blob: Blob }[]> {
  const found: { name: string; blob: Blob }[] = [];
  for (const name of names) {
    const source = await files.open(name);
    if (source) found.push({ name, blob: new Blob([await source.slice(0, source.size).arrayBuffer()]) });
  }
  return found;
}
