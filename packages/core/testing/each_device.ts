/** Tests that run once a device, and say why where they cannot. */
import type { Device } from "../device/device.ts";
import { openDevice } from "../device/open.ts";

/** The part of `Deno.test` that {@linkcode eachDevice} uses: packages themselves know no test runner. */
export interface TestRunner {
  /** Registers a test. */
  (definition: {
    name: string;
    ignore: boolean;
    sanitizeOps: boolean;
    sanitizeResources: boolean;
    fn: () => Promise<void>;
  }): void;
  /** Registers what to do after the last test of the file. */
  afterAll?(fn: () => Promise<void>): void;
}

const devices = new Map<string, Promise<Device>>();

/** Ends the devices: drivers do not like it when a process ends under them. */
async function closeDevices(): Promise<void> {
  for (const device of devices.values()) (await device).dispose();
  devices.clear();
}

/** Why a device cannot be tested here; `undefined` if it can. */
async function reasonToSkip(kind: "cpu" | "webgpu"): Promise<string | undefined> {
  if (kind === "cpu") return undefined;
  if (!globalThis.navigator?.gpu) return "skipped: no navigator.gpu";
  return await navigator.gpu.requestAdapter() ? undefined : "skipped: no adapter";
}

/**
 * Registers a test for the CPU and for WebGPU. The device has one thread and poisons new memory with NaN; the tests of
 * a file share it, so shaders are compiled once. Afterwards no tensor may be left.
 *
 * @param test `Deno.test`.
 * @param name Name of the test; the device is added to it, and the reason where it is skipped.
 * @param fn The test.
 *
 * @example Usage
 * ```ts
 * import { eachDevice } from "@tare/core/testing";
 * import { add } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const names: string[] = [];
 * await eachDevice((definition) => names.push(definition.name), "add() adds", async (device) => {
 *   assertEquals(await add(device.tensor([1]), 2).item(), 3);
 * });
 * assertEquals(names[0], "add() adds (cpu)");
 * ```
 */
export async function eachDevice(
  test: TestRunner,
  name: string,
  fn: (device: Device) => void | Promise<void>,
): Promise<void> {
  test.afterAll?.(closeDevices);
  for (const kind of ["cpu", "webgpu"] as const) {
    const reason = await reasonToSkip(kind);
    test({
      name: `${name} (${kind}${reason ? `, ${reason}` : ""})`,
      ignore: reason !== undefined,
      sanitizeOps: false, // the device outlives the test that opened it
      sanitizeResources: false,
      async fn() {
        if (!devices.has(kind)) devices.set(kind, openDevice({ device: kind, threads: 1, poison: true }));
        const device = await devices.get(kind)!;
        const { blocks } = device.stats();
        {
          using _scope = device.scope();
          await fn(device);
        }
        const left = device.stats().blocks - blocks;
        if (left !== 0) throw new Error(`Expected no tensor to be left after the test but found ${left}`);
      },
    });
  }
}
