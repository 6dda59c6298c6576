/** Low-rank adapters into PEFT's files. */
import type { ModelConfig } from "../nn/config.ts";
import type { Adapter, LowRank } from "../nn/lora.ts";
import { type AdapterModule, adapterModules } from "./adapter_layout.ts";
import { blockDiagonal } from "./block_diagonal.ts";
import { type FileToWrite, jsonFile } from "./save.ts";
import type { TensorToWrite } from "./place.ts";
import { writeSafetensors } from "./write.ts";

/** A module with the matrices of the layers that it holds; `undefined` for those that are not adapted. */
interface Adapted extends AdapterModule {
  readonly parts: readonly (LowRank | undefined)[];
  readonly ranks: readonly number[];
  readonly rank: number;
}

/**
 * Lays an adapter out as PEFT does: `adapter_config.json` and `adapter_model.safetensors`. Separate adapters of query,
 * key and value of GPT-2 become, exactly, one of its fused `c_attn` whose rank is their sum.
 *
 * @param adapter The adapter; its tensors are read while the file's stream is: none may change or end before.
 * @param config The base model's.
 * @param options `baseModel`: the name or folder of the base model, noted for PEFT.
 * @returns The files.
 * @throws {RangeError} If the adapter changes nothing, or has different ranks in different blocks.
 *
 * @example Usage
 * ```ts
 * import { initAdapter, loadAdapter, openDevice, parseConfig, saveAdapter } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 4, n_head: 2, n_layer: 1, vocab_size: 9 });
 * const adapter = initAdapter(device, config, { rank: 2, alpha: 4 }, 1);
 * const blobs = new Map<string, Blob>();
 * for (const { name, bytes } of saveAdapter(adapter, config)) blobs.set(name, await new Response(bytes).blob());
 * const again = await loadAdapter(device, { open: (name) => Promise.resolve(blobs.get(name)) }, config);
 * assertEquals([again.scale, again.params.blocks[0]!.value!.down.shape], [2, [2, 4]]);
 * ```
 */
export function saveAdapter(
  adapter: Adapter,
  config: ModelConfig,
  options: { baseModel?: string } = {},
): FileToWrite[] {
  const modules = adapterModules(config).map((module): Adapted => {
    const parts = module.keys.map((key) => adapter.params.blocks[module.layer]?.[key]);
    const ranks = parts.map((part) => part?.down.shape[0] ?? 0);
    return { ...module, parts, ranks, rank: ranks.reduce((a, b) => a + b, 0) };
  }).filter(({ rank }) => rank > 0);
  const kinds = new Map<string, Adapted>();
  for (const module of modules) {
    const first = kinds.get(module.module) ?? module;
    if (`${first.ranks}` !== `${module.ranks}`) {
      throw new RangeError(
        `Cannot save an adapter whose ranks in ${first.name} and ${module.name} differ, [${first.ranks}] and ` +
          `[${module.ranks}]: PEFT has one rank a module`,
      );
    }
    kinds.set(module.module, first);
  }
  if (kinds.size === 0) throw new RangeError("Cannot save an adapter that changes no layer");
  const fused = [...kinds.values()].filter(({ keys }) => keys.length > 1);
  const notes = Object.fromEntries(fused.map(({ module, ranks }) => [`ranks ${module}`, `${ranks}`]));
  const tensors = modules.flatMap((module) => tensorsOf(module));
  const json = configOf(adapter.scale, config, modules, [...kinds.values()], options.baseModel);
  return [
    jsonFile("adapter_config.json", json),
    { name: "adapter_model.safetensors", bytes: writeSafetensors(tensors, { metadata: { format: "pt", ...notes } }) },
  ];
}

function tensorsOf({ prefix, name, parts, outs, ranks, rank }: Adapted): TensorToWrite[] {
  const present = parts.filter((part) => part !== undefined);
  const shape = [outs.reduce((a, b) => a + b, 0), rank];
  const from = (ups: readonly Float32Array[]) => blockDiagonal(ups, outs, ranks);
  const start = `base_model.model.${prefix}${name}`;
  return [
    { name: `${start}.lora_A.weight`, parts: present.map(({ down }) => down) },
    {
      name: `${start}.lora_B.weight`,
      parts: present.map(({ up }) => up),
      ...parts.length > 1 && { arranged: { shape, from } },
    },
  ];
}

function configOf(
  scale: number,
  config: ModelConfig,
  modules: readonly Adapted[],
  kinds: readonly Adapted[],
  baseModel: string | undefined,
): Record<string, unknown> {
  const rank = Math.min(...kinds.map(({ rank }) => rank));
  const others = kinds.filter((kind) => kind.rank !== rank);
  const everywhere = ({ module }: Adapted) => modules.filter((m) => m.module === module).length === config.layers;
  return {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: baseModel ?? null,
    r: rank,
    lora_alpha: alphaOf(scale, rank),
    rank_pattern: Object.fromEntries(others.map(({ module, rank }) => [module, rank])),
    alpha_pattern: Object.fromEntries(others.map(({ module, rank }) => [module, alphaOf(scale, rank)])),
    lora_dropout: 0,
    target_modules: kinds.flatMap((kind) =>
      everywhere(kind) ? [kind.module] : modules.filter((m) => m.module === kind.module).map(({ name }) => name)
    ),
    fan_in_fan_out: config.family === "gpt2",
    bias: "none",
    modules_to_save: null,
    inference_mode: true,
  };
}

/** scale · rank, an integer where that gives the scale back. */
function alphaOf(scale: number, rank: number): number {
  const rounded = Math.round(scale * rank);
  return rounded / rank === scale ? rounded : scale * rank;
}
