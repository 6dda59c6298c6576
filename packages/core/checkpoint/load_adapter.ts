/** Low-rank adapters from PEFT's files. */
import type { Device } from "../device/device.ts";
import type { ModelConfig } from "../nn/config.ts";
import type { Adapter, LowRank } from "../nn/lora.ts";
import type { LinearName } from "../nn/params.ts";
import { adapterStrength } from "./adapter_config.ts";
import { type AdapterModule, adapterModules } from "./adapter_layout.ts";
import { splitDiagonal } from "./block_diagonal.ts";
import { openSafetensors, type Safetensors } from "./header.ts";
import { quote } from "./json.ts";
import { decoderOf, pieces } from "./read.ts";
import { type CheckpointFiles, readJson } from "./weights.ts";

/**
 * Loads a LoRA adapter that PEFT or {@linkcode saveAdapter} wrote: `adapter_config.json` and
 * `adapter_model.safetensors`. An adapter of GPT-2's fused `c_attn` becomes three, of query, key and value.
 *
 * @param device Where the base model is.
 * @param files The adapter's files.
 * @param config The base model's.
 * @returns The adapter; its tensors belong to the current scope.
 * @throws {RangeError} If a file is missing, or matrices are missing, unexpected, or of another shape.
 * @throws {SyntaxError} If a file does not parse.
 * @throws {TypeError} If it uses an option of PEFT that is not supported; the message names it.
 *
 * @example Refusing what is not supported
 * ```ts
 * import { loadAdapter, openDevice, parseConfig } from "@tare/core";
 * import { assertRejects } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * const config = parseConfig({ model_type: "gpt2", n_embd: 4, n_head: 2, n_layer: 1, vocab_size: 9 });
 * const json = JSON.stringify({ peft_type: "LORA", r: 8, lora_alpha: 16, use_dora: true });
 * const files = { open: () => Promise.resolve(new Blob([json])) };
 * await assertRejects(() => loadAdapter(device, files, config), TypeError, "use_dora");
 * ```
 */
export async function loadAdapter(device: Device, files: CheckpointFiles, config: ModelConfig): Promise<Adapter> {
  const open = async (name: string) => {
    const source = await files.open(name);
    if (!source) {
      throw new RangeError(`Cannot find ${name}: an adapter has adapter_config.json and adapter_model.safetensors`);
    }
    return source;
  };
  const { rankOf, scaleOf } = adapterStrength(await readJson(await open("adapter_config.json"), "adapter_config.json"));
  const file = await openSafetensors(await open("adapter_model.safetensors"), "adapter_model.safetensors");
  const modules = adapterModules(config).map((module) => ({ ...module, prefix: findPrefix(file, module) }));
  const present = modules.filter(({ prefix }) => prefix !== undefined) as (AdapterModule & { prefix: string })[];
  const expected = new Set(present.flatMap(({ prefix, name }) => [down(prefix + name), up(prefix + name)]));
  const extra = [...file.tensors.keys()].find((name) => !expected.has(name));
  if (extra !== undefined) {
    throw new RangeError(
      `Cannot load the adapter: ${quote(extra)} belongs to no linear layer of this ${config.family} model`,
    );
  }
  if (present.length === 0) throw new RangeError(`Cannot load the adapter: ${file.file} holds no matrices`);
  const scale = scaleOf(present[0]!.name);
  const blocks = Array.from({ length: config.layers }, (): Partial<Record<LinearName, LowRank>> => ({}));
  const made: Disposable[] = [];
  try {
    for (const module of present) {
      const { prefix, name, layer } = module;
      if (Math.abs(scaleOf(name) - scale) > 1e-9 * scale) {
        throw new RangeError(
          `Cannot load the adapter: alpha / r is ${scale} for ${present[0]!.name} and ${scaleOf(name)} for ${name}; ` +
            `only one for all of them is supported`,
        );
      }
      const rank = rankOf(name);
      const outs = module.outs.reduce((a, b) => a + b, 0);
      const a = await matrix(file, down(prefix + name), [rank, module.into]);
      const b = await matrix(file, up(prefix + name), [outs, rank]);
      const noted = file.metadata[`ranks ${module.module}`]?.split(",").map(Number);
      for (const [i, part] of splitDiagonal(a, b, { outs: module.outs, into: module.into, rank, noted }).entries()) {
        if (!part) continue;
        const tensors = {
          down: device.tensor(part.down, [part.rank, module.into]),
          up: device.tensor(part.up, [module.outs[i]!, part.rank]),
        };
        made.push(tensors.down, tensors.up);
        blocks[layer]![module.keys[i]!] = tensors;
      }
    }
  } catch (error) {
    for (const tensor of made) tensor[Symbol.dispose]();
    throw error;
  }
  return { params: { blocks }, scale };
}

const down = (name: string) => `${name}.lora_A.weight`;
const up = (name: string) => `${name}.lora_B.weight`;

/** What stands in front of a module's name, if the file has its matrices. */
function findPrefix(file: Safetensors, { name, prefix }: AdapterModule): string | undefined {
  const prefixes = [`base_model.model.${prefix}`, "base_model.model."];
  return prefixes.find((prefix) => file.tensors.has(down(prefix + name)) || file.tensors.has(up(prefix + name)));
}

/** A small matrix, on the host. */
async function matrix(file: Safetensors, name: string, shape: readonly number[]): Promise<Float32Array> {
  const stored = file.tensors.get(name);
  const found = stored ? `shape [${stored.shape}]` : "nothing";
  if (!stored || `${stored.shape}` !== `${shape}`) {
    throw new RangeError(`Expected ${quote(name)} of shape [${shape}] in ${file.file} but found ${found}`);
  }
  if (decoderOf(stored, file.file).dtype !== "f32") {
    throw new TypeError(`Expected ${quote(name)} in ${file.file} to hold floats but found ${stored.dtype}`);
  }
  const values = new Float32Array(shape[0]! * shape[1]!);
  for await (const piece of pieces(file, stored)) values.set(piece.values, piece.offset);
  return values;
}
