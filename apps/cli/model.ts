/** Models for commands: from a folder or from the hub, checked before they are loaded. */
import {
  type Adapter,
  checkFits,
  type CheckpointFiles,
  cpuMemoryBytes,
  type Device,
  loadAdapter,
  loadModel,
  type ModelConfig,
  type Params,
  parseConfig,
  predictMemory,
} from "@tare/core";
import { checkVocabulary, loadTokenizer, type Tokenizer } from "@tare/data";
import { checkpointFiles } from "@tare/data/hub";
import type { Context } from "./command.ts";
import { modelFolder } from "./checkpoints.ts";
import { isFolder, openFolder, readText } from "./files.ts";
import { type HubOptions, openRepository } from "./hub.ts";

/**
 * Opens a folder of this name, of a run that goes on its checkpoint; where there is none, the repository of the hub, which
 * comes into the cache.
 */
export async function openModel(
  name: string,
  options: HubOptions,
  context: Context,
): Promise<CheckpointFiles> {
  if (await isFolder(name) || !/^[\w.-]+\/[\w.-]+$/.test(name) || name.startsWith(".")) {
    return await openFolder(await modelFolder(name));
  }
  return await openRepository(name, { files: checkpointFiles }, options, context);
}

/** Reads a model's `config.json`. */
export async function readConfig(name: string, files?: CheckpointFiles): Promise<ModelConfig> {
  return await within(name, async () => {
    const file = await (files ?? await openFolder(await modelFolder(name))).open("config.json");
    if (!file) throw new RangeError("Cannot find config.json: a checkpoint has it beside model.safetensors");
    const text = await readText(file);
    try {
      return parseConfig(JSON.parse(text));
    } catch (error) {
      if (error instanceof SyntaxError) error.message = `Cannot read config.json: ${error.message}`;
      throw error;
    }
  });
}

/** A model with what text needs. */
export interface TextModel {
  readonly config: ModelConfig;
  readonly params: Params;
  readonly tokenizer: Tokenizer;
  readonly adapter?: Adapter;
  /** Whether there is room for a packed copy of the weights, which makes decoding faster. */
  readonly pack: boolean;
}

/**
 * Loads a model with its tokenizer and an adapter, after a look at whether they belong together and fit.
 *
 * @throws {RangeError} If they do not; and what `loadModel`, `loadTokenizer` and `loadAdapter` throw.
 */
export async function loadForGeneration(
  device: Device,
  name: string,
  files: CheckpointFiles,
  { adapter, n, maxTokens, prompt = "", chat }: {
    adapter?: string;
    n: number;
    maxTokens: number;
    prompt?: string;
    chat?: boolean;
  },
): Promise<TextModel> {
  const config = await readConfig(name, files);
  const adapterFiles = adapter === undefined ? undefined : await openFolder(adapter);
  const base = await within(name, async () => {
    const tokenizer = await loadTokenizer(files);
    checkVocabulary(tokenizer, config.vocabulary);
    if (chat) tokenizer.renderChat([{ role: "user", content: "Hello" }], { reply: true }); // no template, no weights
    const length = Math.max(256, tokenizer.encode(prompt).length); // conversations grow
    const tokens = Math.min(config.positions, length + maxTokens);
    const settings = { mode: "generate", tokens, sequences: Math.min(n, 32), kind: device.kind } as const;
    const room = roomOf(device);
    const pack = predictMemory(config, settings).reserved <= room;
    checkFits(config, { ...settings, pack }, room);
    const { params } = await loadModel(device, files);
    return { config, params, tokenizer, pack };
  });
  if (!adapterFiles) return base;
  return { ...base, adapter: await within(adapter!, () => loadAdapter(device, adapterFiles, config)) };
}

/** Bytes that a device can use. What a hardware GPU has, WebGPU does not tell: Infinity. */
export function roomOf({ kind, limits }: Device): number {
  if (kind === "webgpu" && !limits.software) return Infinity;
  const { available } = Deno.systemMemoryInfo();
  return kind === "cpu" ? Math.min(available, cpuMemoryBytes) : available;
}

/** Puts the model's name in front of what goes wrong in it. */
export async function within<R>(name: string, run: () => Promise<R>): Promise<R> {
  try {
    return await run();
  } catch (error) {
    const ours = error instanceof Error && !(error instanceof DOMException); // whose message is for reading only
    if (ours && !error.message.includes(name)) error.message = `${name}: ${error.message}`;
    throw error;
  }
}
