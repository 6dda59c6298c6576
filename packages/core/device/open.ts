/** Opening a device: which one, and what to say when it is not there. */
import type { Backend } from "../backend/backend.ts";
import { openCpu } from "../backend/cpu/backend.ts";
import { openWebGpu } from "../backend/webgpu/open.ts";
import { Device } from "./device.ts";

/** Which device to open, and how. */
export interface DeviceOptions {
  /**
   * `auto` takes a hardware GPU, else the CPU; `webgpu` any adapter, a software one too; `cpu` the CPU.
   *
   * @default {"auto"}
   */
  device?: "auto" | "webgpu" | "cpu";
  /**
   * Threads of the CPU device, this one included; the results do not depend on it.
   *
   * Opening takes some 40 ms a thread in Deno.
   *
   * @default {Math.min(navigator.hardwareConcurrency, 16)}
   */
  threads?: number;
  /**
   * Fills new memory with NaN, so that a kernel which leaves an element unwritten shows; for tests.
   *
   * @default {false}
   */
  poison?: boolean;
}

/**
 * Opens a device.
 *
 * @param options Which device, how many threads.
 * @returns The device; dispose of it with `using`.
 * @throws {Error} If `webgpu` is asked for and there is no adapter; the message says what to install.
 * @throws {RangeError} If `threads` is no integer from 1 to 256.
 *
 * @example Usage
 * ```ts
 * import { openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * assertEquals(device.name, "WebAssembly SIMD, 1 thread");
 * ```
 */
export async function openDevice(options: DeviceOptions = {}): Promise<Device> {
  const { device = "auto", poison } = options;
  if (device !== "auto" && device !== "webgpu" && device !== "cpu") {
    throw new TypeError(`Expected device to be "auto", "webgpu" or "cpu" but found "${device}"`);
  }
  return new Device(await openBackend(device, options.threads), { poison });
}

async function openBackend(device: "auto" | "webgpu" | "cpu", threads = defaultThreads()): Promise<Backend> {
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw new RangeError(`Expected threads to be an integer from 1 to 256 but found ${threads}`);
  }
  if (device === "cpu") return await openCpu(threads);
  const gpu = await openWebGpu({ software: device === "webgpu" });
  if (gpu) return gpu;
  if (device === "auto") return await openCpu(threads);
  throw new Error(
    `Cannot open a WebGPU device: ${
      globalThis.navigator?.gpu ? "no adapter was found" : "this runtime has no navigator.gpu"
    }; install a Vulkan driver (Debian and Ubuntu: apt-get install mesa-vulkan-drivers), use Deno 2 or a browser with ` +
      `WebGPU, or open { device: "cpu" }`,
  );
}

function defaultThreads(): number {
  return Math.min(16, Math.max(1, globalThis.navigator?.hardwareConcurrency ?? 1));
}
