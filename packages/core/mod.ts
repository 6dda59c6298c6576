/**
 * The engine: tensors, automatic differentiation and kernels, on WebGPU and on the CPU.
 *
 * @example One step of gradient descent
 * ```ts
 * import { matmul, mean, mul, openDevice, sub, valueAndGrad } from "@tare/core";
 * import { assert } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const x = device.tensor([1, 2, 3, 4], [2, 2]);
 * const target = device.tensor([1, 0], [2, 1]);
 * const loss = (p: { w: typeof x }) => {
 *   const error = sub(matmul(x, p.w), target);
 *   return mean(mul(error, error));
 * };
 * const w = device.zeros([2, 1]);
 * const { value, grads } = valueAndGrad(loss, { w });
 * const next = valueAndGrad(loss, { w: sub(w, mul(grads.w, 0.01)) });
 * assert(await next.value.item() < await value.item());
 * ```
 *
 * @module
 */
export type { ArrayOf, DType, TypedArray } from "./backend/dtype.ts";
export type { Backend, Block, BlockRange, Limits, MemoryStats } from "./backend/backend.ts";
export type { Binding, Kernel, KernelSpec, Phase } from "./backend/kernel.ts";
export { DeviceLostError, OutOfMemoryError } from "./backend/errors.ts";
export { type Buffers, Device, type TapeView, type TensorRange } from "./device/device.ts";
export type { DryOptions } from "./backend/dry.ts";
export { dryDevice } from "./device/dry.ts";
export { macrotask } from "./device/macrotask.ts";
export { scan } from "./device/scan.ts";
export { type DeviceOptions, openDevice } from "./device/open.ts";
export { Scope } from "./device/scope.ts";
export { type Storage, Tensor } from "./device/tensor.ts";
export { disposeTree, entriesOf, leaves, mapTree, type Tree, type TreeBranches, type TreeNode } from "./device/tree.ts";
export { type GradOptions, type ValueAndGrad, valueAndGrad } from "./autograd/grad.ts";
export { recompute } from "./autograd/recompute.ts";
export { attention, type AttentionOptions } from "./kernels/attention/attention.ts";
export {
  type RowExtent,
  type SegmentBlocks,
  type SegmentRange,
  Segments,
  segments,
  segmentTable,
} from "./kernels/attention/segments.ts";
export type { Operand } from "./kernels/elementwise/broadcast.ts";
export { copyTree } from "./kernels/elementwise/copy.ts";
export { add, clamp, div, greater, maximum, minimum, mul, sub, where } from "./kernels/elementwise/arithmetic.ts";
export { exp, gelu, log, logSigmoid, sigmoid, sqrt, swiglu } from "./kernels/elementwise/functions.ts";
export { cast } from "./kernels/cast/cast.ts";
export { concatColumns, sliceColumns } from "./kernels/columns/columns.ts";
export { gatherRows, scatterRows } from "./kernels/gather/gather.ts";
export { logProb, type LogProbOptions, type TokenLogProb } from "./kernels/log_prob/log_prob.ts";
export { matmul, type MatmulOptions } from "./kernels/matmul/matmul.ts";
export { packWeights } from "./kernels/matmul/packed.ts";
export { addLayerNorm, addRmsNorm, layerNorm, type NormOptions, rmsNorm } from "./kernels/norm/norm.ts";
export { randomBits, uniform } from "./kernels/philox/philox.ts";
export { mean, type ReduceOptions, sum } from "./kernels/reduce/reduce.ts";
export {
  type BannedTokens,
  type SampledTokens,
  sampleTokens,
  type SampleTokensOptions,
} from "./kernels/sample/sample.ts";
export { tokenBits } from "./kernels/sample/token_bits.ts";
export { writeRows } from "./kernels/write_rows/write_rows.ts";
export { type RowShards, shardRows } from "./kernels/row_shards.ts";
export { reshape } from "./kernels/reshape/reshape.ts";
export { rope, type RopeOptions } from "./kernels/rope/rope.ts";
export { ropeTable, type RopeTableOptions } from "./kernels/rope/table.ts";
export { type AccumulatedGrads, accumulateGrads } from "./optim/accumulate.ts";
export { type AdamW, adamw, type AdamWOptions, type AdamWState } from "./optim/adamw.ts";
export { DivergenceError } from "./optim/divergence.ts";
export {
  constantSchedule,
  cosineDecay,
  joinSchedules,
  linearDecay,
  linearWarmup,
  type Schedule,
  warmupCosine,
  type WarmupDecayOptions,
  warmupLinear,
} from "./optim/schedule.ts";
export { fillSettings, type SettingRule, settingRules } from "./optim/settings.ts";
export { permutation } from "./random/permutation.ts";
export { normal, philox, type PhiloxCounter, type PhiloxKey, toUniform } from "./random/philox.ts";
export * from "./nn/mod.ts";
export * from "./checkpoint/mod.ts";
