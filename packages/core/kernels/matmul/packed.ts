/** Weights packed once, for products with few rows: decoding reads every weight for each token. */
import { partElements } from "../../backend/cpu/sizes.ts";
import { ceilDiv, defineKernel, type Kernel } from "../../backend/kernel.ts";
import { Tensor } from "../../device/tensor.ts";
import { type MatmulBuffers, type MatmulParams, matmulSpec } from "./kernel.ts";

const group = 32; // columns that lie together, as in packed.as.ts

/** Copies a weight [n, k] into panels of 8 columns. The CPU's alone, as all of this file. */
const packKernel: Kernel<"weight" | "panels", "n" | "k"> = defineKernel({
  name: "pack_weights",
  buffers: { weight: "read f32", panels: "write f32" },
  params: { n: "u32", k: "u32" },
  workgroupSize: [1],
  main: "",
  workgroups: () => [0],
  cpu: [{ fn: "pack_weights", parts: ({ n }) => ceilDiv(n, group), small: ({ n, k }) => n * k < partElements }],
});

/** `matmul` of weights in panels: b holds them, and is read as its transpose. */
export const packedKernel: Kernel<MatmulBuffers, MatmulParams> = defineKernel({
  ...matmulSpec,
  name: "matmul_packed",
  workgroupSize: [1],
  main: "",
  workgroups: () => [0],
  cpu: [
    { fn: "matmul_pack", parts: ({ m }) => m > 4 ? ceilDiv(m, 48) : 0, small: ({ m, k }) => m * k < partElements },
    {
      fn: "matmul_packed",
      parts: ({ m, n }) => ceilDiv(n, group) * ceilDiv(m, 384),
      small: ({ m, n, k }) => m * n * k < 65536,
    },
  ],
});

/**
 * Packs a weight for products with few rows, once for many of them.
 *
 * The result is what `matmul(x, packed, { transposeB: true })` takes in place of the weight, with the same bits and
 * without a gradient; nothing else takes it. On the CPU it is a copy in the order in which the kernel reads it. On WebGPU,
 * whose kernel reads weights as they are, it looks at the same memory. So pack again after the weight has changed.
 *
 * @param weight A matrix of shape [out, in].
 * @returns The packed weight, of the same shape.
 * @throws {RangeError} If the weight is no matrix.
 *
 * @example Usage
 * ```ts
 * import { matmul, openDevice, packWeights } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const w = packWeights(device.tensor([1, 0, 0, 1, 1, 1], [3, 2]));
 * const y = matmul(device.tensor([1, 2], [1, 2]), w, { transposeB: true });
 * assertEquals(await y.data(), Float32Array.of(1, 2, 3));
 * ```
 */
export function packWeights(weight: Tensor): Tensor<"f32"> {
  const { device, shape } = weight;
  const [n, k] = shape as [number, number];
  if (shape.length !== 2) throw new RangeError(`Cannot packWeights of shape [${shape}]: it needs [out, in]`);
  if (device.kind === "webgpu") return device.alias(weight) as Tensor<"f32">;
  using panels = device.empty([ceilDiv(n, group) * group, k]);
  device.run(packKernel, { weight, panels }, { n, k });
  return device.packed(panels, [n, k]);
}

/** The memory under packed weights as kernels see it. Dispose of it with `using`: no scope knows it. */
export function panelsOf(packed: Tensor): Tensor<"f32"> {
  return new Tensor(packed.device, packed.shape, "f32", packed.storage);
}
