/** Finding a GPU, asking it for all it has, and probing what it hides. */
import type { Backend } from "../backend.ts";
import { WebGpuBackend } from "./backend.ts";

/** What an adapter is asked for: everything it has, since the defaults are those of the smallest device. */
const wantedLimits = [
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
] as const;

/**
 * Opens a GPU.
 *
 * @param options With `software`, a software adapter will do where there is no other.
 * @returns The backend, or `undefined` if there is no adapter.
 */
export async function openWebGpu(options: { software: boolean }): Promise<Backend | undefined> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter || (isSoftware(adapter) && !options.software)) return undefined;
  const requiredLimits = Object.fromEntries(wantedLimits.map((name) => [name, adapter.limits[name]]));
  const f16: GPUFeatureName[] = adapter.features.has("shader-f16") ? ["shader-f16"] : [];
  const device = await request(adapter, [...f16, "subgroups" as GPUFeatureName], requiredLimits) ??
    await adapter.requestDevice({ requiredFeatures: f16, requiredLimits });
  return new WebGpuBackend(device, {
    name: describe(adapter),
    software: isSoftware(adapter),
    f16: f16.length > 0 && await compiles(device, `enable f16; var<private> x: f16;`),
    subgroups: await compiles(device, subgroupTest) || await compiles(device, `enable subgroups;\n${subgroupTest}`),
  });
}

const subgroupTest = `
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(32) fn main(@builtin(local_invocation_index) i: u32) { out[i] = subgroupAdd(f32(i)); }`;

/** A device with these features, or `undefined`: Deno grants subgroups without listing them, others refuse. */
async function request(
  adapter: GPUAdapter,
  requiredFeatures: GPUFeatureName[],
  requiredLimits: Record<string, number>,
): Promise<GPUDevice | undefined> {
  try {
    return await adapter.requestDevice({ requiredFeatures, requiredLimits });
  } catch {
    return undefined;
  }
}

async function compiles(device: GPUDevice, code: string): Promise<boolean> {
  device.pushErrorScope("validation");
  device.createShaderModule({ code });
  return await device.popErrorScope() === null;
}

/** Whether an adapter computes on the CPU: correct, and slow. */
function isSoftware(adapter: GPUAdapter): boolean {
  const { isFallbackAdapter } = adapter.info as { isFallbackAdapter?: boolean };
  return isFallbackAdapter === true || /llvmpipe|lavapipe|swiftshader|warp|basic render/i.test(describe(adapter));
}

function describe({ info }: GPUAdapter): string {
  return info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(" ") || "WebGPU";
}
