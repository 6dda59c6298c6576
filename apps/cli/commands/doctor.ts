/** `tare doctor`: what hardware is here, which models fit on it, and how fast it is. */
import { type Device, type MemorySettings, type ModelConfig, openDevice, predictMemory } from "@tare/core";
import { type Command, type Context, defineCommand } from "../command.ts";
import { readConfig, roomOf } from "../model.ts";
import { shapes } from "../shapes.ts";
import { measureSpeed, type Speed } from "../speed.ts";
import { table } from "../table.ts";

/** One device of this machine. */
interface DeviceReport {
  readonly kind: "cpu" | "webgpu";
  readonly name: string;
  readonly software: boolean;
  readonly threads: number;
  readonly maxTensorBytes: number;
  readonly f16: boolean;
  readonly subgroups: boolean;
}

/** Whether a model fits in one use. */
interface FitReport {
  readonly model: string;
  readonly mode: MemorySettings["mode"];
  readonly bytes: number;
  readonly fits: boolean;
}

export const doctor: Command = defineCommand({
  summary: "show this machine's devices, which models fit on it, and how fast it is",
  flags: {
    model: { type: "text", value: "DIR", help: "also predict the memory of this model, from its config.json" },
    tokens: {
      type: "integer",
      min: 1,
      max: 2 ** 17,
      default: 1024,
      help: "tokens of a training batch, or of a prompt with its completion",
    },
    quick: { type: "switch", help: "skip the ten-second speed check" },
  },
  async run({ device: kind, threads, model, tokens, quick }, context) {
    const models = model === undefined ? shapes : { [model]: await readConfig(model) };
    const devices = await listDevices(threads);
    using device = await openDevice({ device: kind, threads });
    const memory = Deno.systemMemoryInfo();
    const room = roomOf(device);
    const fits = Object.entries(models).flatMap(([name, config]) => predict(name, config, device, tokens, room));
    showMachine(context, devices, device, memory);
    showFits(context, fits, device, room, tokens);
    const speed = quick ? undefined : await checkSpeed(context, device);
    return {
      devices,
      chosen: device.kind,
      memory: { total: memory.total, available: memory.available, room },
      fits,
      speed,
    };
  },
});

/** Opens each kind of device there is. */
async function listDevices(threads?: number): Promise<DeviceReport[]> {
  const found: DeviceReport[] = [];
  for (const kind of ["webgpu", "cpu"] as const) {
    if (kind === "webgpu" && !await navigator.gpu?.requestAdapter()) continue;
    using device = await openDevice({ device: kind, threads });
    const { software, threads: count, maxTensorBytes, f16, subgroups } = device.limits;
    found.push({ kind, name: device.name, software, threads: count, maxTensorBytes, f16, subgroups });
  }
  return found;
}

const modes = ["generate", "lora", "sft"] as const;

function predict(model: string, config: ModelConfig, device: Device, tokens: number, room: number): FitReport[] {
  return modes.map((mode) => {
    const settings = { mode, tokens, recompute: true, kind: device.kind, threads: Math.max(1, device.limits.threads) };
    const packed = predictMemory(config, settings).reserved;
    const bytes = packed > room ? predictMemory(config, { ...settings, pack: false }).reserved : packed;
    return { model, mode, bytes, fits: bytes <= room };
  });
}

function showMachine(
  { print }: Context,
  devices: readonly DeviceReport[],
  chosen: Device,
  memory: Deno.SystemMemoryInfo,
): void {
  const rows = devices.map(({ kind, name, software, threads, maxTensorBytes, f16, subgroups }) => [
    kind + (kind === chosen.kind ? " *" : ""),
    name,
    kind === "cpu" ? `${threads} threads` : software ? "software" : "hardware",
    `${gb(maxTensorBytes)} GB`,
    ...[f16, subgroups].map((has) => has ? "yes" : "no"),
  ]);
  print(table(["device", "name", "runs on", "largest tensor", "f16", "subgroups"], rows));
  print(`* is what this command uses; choose with --device\n\n`);
  if (!devices.some(({ kind }) => kind === "webgpu")) {
    print("No WebGPU adapter was found; a Vulkan driver would add one.\n\n");
  }
  print(`Memory: ${gb(memory.total)} GB, ${gb(memory.available)} GB of it available\n\n`);
}

function showFits(
  { print }: Context,
  fits: readonly FitReport[],
  device: Device,
  room: number,
  tokens: number,
): void {
  const known = room === Infinity ? "WebGPU does not say how much memory it has" : `up to ${gb(room)} GB`;
  print(`What fits on ${device.kind} (${known}), with ${tokens} tokens, float32, recompute on\n`);
  const models = [...new Set(fits.map(({ model }) => model))];
  const cell = ({ bytes, fits }: FitReport) =>
    `${room === Infinity ? "" : fits ? "yes " : "no  "}${gb(bytes).padStart(5)} GB`;
  const rows = models.map((name) => [name, ...fits.filter(({ model }) => model === name).map(cell)]);
  print(table(["model", "generate", "LoRA step", "full step"], rows));
}

async function checkSpeed({ print, note, signal }: Context, device: Device): Promise<Speed> {
  note("Checking the speed for ten seconds; --quick skips this …");
  const speed = await measureSpeed(device, signal);
  print(`\nSpeed of ${device.kind}\n`);
  print(table(["what", "rate"], [
    ["matrix product, 1024 × 1024 × 1024", `${speed.gflops.toFixed(1)} GFLOP/s`],
    ["gpt-5m training step, 16 × 128 tokens", `${(1000 * speed.trainSeconds).toFixed(0)} ms`],
    ["gpt-5m generation, 32 sequences", `${Math.round(speed.tokensPerSecond)} tokens/s`],
  ]));
  return speed;
}

function gb(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
