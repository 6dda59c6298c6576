/**
 * A kernel: one small program that both devices run, told once.
 *
 * It names its buffers and its parameters, gives its WGSL body, and says how the work divides: into workgroups
 * on WebGPU, into parts on the CPU. Bindings, the parameter struct and the entry point's header are generated,
 * so a kernel's WGSL holds mathematics only. On the CPU the same names, in the same order, are the fields of an
 * `@unmanaged` class of the kernel's AssemblyScript file.
 *
 * Sizes are parameters, never constants in the text: one shader serves every shape.
 */
import { partElements } from "./cpu/sizes.ts";
import type { DType } from "./dtype.ts";

/** How a kernel uses a buffer: `read`, or `write` (which may also read), and the type of its elements. */
export type Binding = `${"read" | "write"} ${DType}`;

/** One pass over a kernel's CPU work: an exported function and the number of independent parts it falls into. */
export interface Phase<P extends string> {
  /** Name of the AssemblyScript export, called as `fn(args, part, scratch)`. */
  readonly fn: string;
  /** How many parts; depends on sizes only, never on the number of threads. */
  parts(params: Readonly<Record<P, number>>): number;
  /** Whether the work is too small to wake another thread for: the caller then does every part. */
  small?(params: Readonly<Record<P, number>>): boolean;
}

/** What {@linkcode defineKernel} takes. */
export interface KernelSpec<B extends string, P extends string> {
  /** Name, as error messages and profiles show it. */
  readonly name: string;
  /** The buffers in binding order. */
  readonly buffers: Readonly<Record<B, Binding>>;
  /** The parameters in struct order; WGSL reads them as `p.name`. */
  readonly params: Readonly<Record<P, DType>>;
  /** Threads of a workgroup in each dimension. */
  readonly workgroupSize: readonly [number, number?, number?];
  /** Declarations in front of the entry point: functions, constants, workgroup memory. */
  readonly declarations?: string;
  /** The body of the entry point. It sees `wid`, `lid`, `gid`, `nwg` (as WGSL's built-ins) and `li`, the flat local index. */
  readonly main: string;
  /** Number of workgroups in each dimension. */
  workgroups(params: Readonly<Record<P, number>>): readonly [number, number?, number?];
  /** The CPU's passes, one after the other; none where the CPU needs no such step. */
  readonly cpu: readonly Phase<P>[];
  /** Bytes of memory that the CPU's passes share, beside each thread's own scratch. */
  scratch?(params: Readonly<Record<P, number>>): number;
}

/** A kernel that a backend can run. */
export interface Kernel<B extends string = string, P extends string = string> extends KernelSpec<B, P> {
  /** Buffer names in binding order. */
  readonly bufferNames: readonly B[];
  /** Parameter names in struct order. */
  readonly paramNames: readonly P[];
  /** The whole shader. */
  readonly wgsl: string;
}

/** Completes a kernel's description: generates its shader. */
export function defineKernel<const B extends string, const P extends string>(
  spec: KernelSpec<B, P>,
): Kernel<B, P> {
  const bufferNames = Object.keys(spec.buffers) as B[];
  const paramNames = Object.keys(spec.params) as P[];
  const bindings = bufferNames.map((name, i) => {
    const [access, dtype] = spec.buffers[name].split(" ");
    return `@group(0) @binding(${i}) var<storage, ${
      access === "read" ? "read" : "read_write"
    }> ${name}: array<${dtype}>;`;
  });
  const fields = paramNames.map((name) => `  ${name}: ${spec.params[name]},`);
  const [x, y = 1, z = 1] = spec.workgroupSize;
  const wgsl = `${bindings.join("\n")}
struct Params {
${fields.join("\n")}
}
@group(0) @binding(${bufferNames.length}) var<uniform> p: Params;
${spec.declarations ?? ""}
@compute @workgroup_size(${x}, ${y}, ${z})
fn main(
  @builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_id) lid: vec3u,
  @builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) nwg: vec3u,
  @builtin(local_invocation_index) li: u32,
) {
${spec.main}
}
`;
  return { ...spec, bufferNames, paramNames, wgsl };
}

/** Writes parameters as 32-bit words in struct order; shared by both backends. */
export function writeParams(
  kernel: Kernel,
  params: Readonly<Record<string, number>>,
  words: Uint32Array,
  floats: Float32Array,
  at: number,
): void {
  for (const name of kernel.paramNames) {
    if (kernel.params[name] === "f32") floats[at++] = params[name]!;
    else words[at++] = params[name]!;
  }
}

/** Integer division that rounds up. */
export function ceilDiv(a: number, b: number): number {
  return Math.ceil(a / b);
}

/** Parts of a matrix on the CPU: whole rows, some {@linkcode partElements} elements. As in `kernels/simd/parts.as.ts`. */
export function rowParts(rows: number, cols: number): number {
  return ceilDiv(rows, Math.max(1, Math.floor(partElements / Math.max(cols, 1))));
}

/**
 * Workgroups for `n` one-dimensional groups: WebGPU allows 65,535 a dimension, so the rest goes to `y`. Kernels
 * find their flat group index as `wid.x + wid.y * nwg.x` and leave when it is too large.
 */
export function spread(n: number): [number, number] {
  const x = Math.min(Math.max(n, 1), 65535);
  return [x, Math.max(1, ceilDiv(n, x))];
}
