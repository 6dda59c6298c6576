/** Refusing a run that cannot fit, before anything is loaded, with what would. */
import type { ModelConfig } from "./config.ts";
import { type MemoryPrediction, type MemorySettings, predictMemory } from "./memory.ts";

/** What a CPU device can hold: one WebAssembly memory. */
export const cpuMemoryBytes: number = 2 ** 32 - 2 ** 17;

/**
 * Predicts a run's memory and refuses one that does not fit.
 *
 * @param config The model's.
 * @param settings What is to be done with it, and on which device.
 * @param available Bytes that there are; on the CPU device one WebAssembly memory, 4 GiB, at most.
 * @returns The prediction.
 * @throws {RangeError} If it does not fit; the message names the setting that would.
 *
 * @example A run that does not fit
 * ```ts
 * import { checkFits, type ModelConfig } from "@tare/core";
 * import { assertThrows } from "@std/assert";
 *
 * const config: ModelConfig = {
 *   ...{ family: "gpt2", layers: 4, width: 64, heads: 4, kvHeads: 4, headDim: 16, hidden: 256, vocabulary: 1000 },
 *   ...{ positions: 512, norm: "layer", normEps: 1e-5, activation: "gelu", tied: true, headNorm: false },
 *   bias: { qkv: true, output: true, mlp: true },
 *   ...{ windows: Array(4).fill(undefined), tokens: { eos: [0] } },
 * };
 * assertThrows(() => checkFits(config, { mode: "sft", tokens: 512 }, 16e6), RangeError, "recompute would need");
 * ```
 */
export function checkFits(config: ModelConfig, settings: MemorySettings, available: number): MemoryPrediction {
  const room = settings.kind === "webgpu" ? available : Math.min(available, cpuMemoryBytes);
  const wanted = predictMemory(config, settings);
  if (wanted.reserved <= room) return wanted;
  for (const [change, other] of alternatives(settings)) {
    const { reserved } = predictMemory(config, other);
    if (reserved <= room) throw misfit(settings, wanted, room, `${change} would need ${gb(reserved)}`);
  }
  const elsewhere = settings.kind === "webgpu"
    ? "take a smaller model, or a device with more memory"
    : room < cpuMemoryBytes
    ? "take a smaller model, or free some memory"
    : "a CPU device is one WebAssembly memory of 4 GiB; take a smaller model, or a GPU (device webgpu)";
  throw misfit(settings, wanted, room, elsewhere);
}

/** Settings that need less, those that change least first. */
function* alternatives(settings: MemorySettings): Generator<readonly [change: string, settings: MemorySettings]> {
  const { mode, tokens, sequences = 1 } = settings;
  if (mode === "generate") {
    const packed = settings.pack ?? true;
    const plain = { ...settings, pack: false };
    if (packed) yield ["pack: false", plain];
    const also = packed ? "pack: false and " : "";
    for (let n = sequences >> 1; n >= 1; n >>= 1) {
      yield [`${also}${n} ${n === 1 ? "sequence" : "sequences"} at a time`, { ...plain, sequences: n }];
    }
    for (let n = tokens >> 1; n >= 64; n >>= 1) yield [`${also}${n} tokens`, { ...plain, sequences: 1, tokens: n }];
    return;
  }
  if (!settings.recompute) yield ["recompute", { ...settings, recompute: true }];
  const also = settings.recompute ? "" : "recompute and ";
  for (const [words, base] of [["", settings], ["LoRA", { ...settings, mode: "lora" as const }]] as const) {
    if (words && mode === "lora") return;
    if (words) yield [`${also}${words}`, { ...base, recompute: true }];
    for (let n = tokens >> 1; n >= 64; n >>= 1) {
      const fewer = `${n} tokens a batch`;
      yield [`${also}${words ? `${words} with ` : ""}${fewer}`, { ...base, recompute: true, tokens: n }];
    }
  }
}

const names = { sft: "Full fine-tuning", lora: "LoRA", generate: "Generation" } as const;

function misfit(
  { mode, tokens, kind = "cpu" }: MemorySettings,
  wanted: MemoryPrediction,
  room: number,
  remedy: string,
) {
  return new RangeError(
    `${names[mode]} with ${tokens} tokens needs ${gb(wanted.reserved)} on the ${kind} device, which has ${
      gb(room)
    }: ${remedy}`,
  );
}

function gb(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
