/** A device for asking how much memory a program would take. */
import { dryBackend, type DryOptions } from "../backend/dry.ts";
import { Device } from "./device.ts";

/**
 * Makes a device that takes memory exactly as a real one does, and computes nothing. What is read from it is zero.
 *
 * @param options Which device to imitate.
 * @returns The device; its `stats()` say what the program would have taken, `reservedBytes` with the holes between blocks.
 *
 * @example A gigabyte that nobody has to have
 * ```ts
 * import { dryDevice, matmul } from "@tare/core";
 * import { assert } from "@std/assert";
 *
 * using device = dryDevice();
 * using x = device.empty([8192, 8192]);
 * using y = matmul(x, x, { transposeB: true });
 * assert(device.stats().peakBytes >= x.bytes + y.bytes);
 * ```
 */
export function dryDevice(options: DryOptions = {}): Device {
  return new Device(dryBackend(options));
}
