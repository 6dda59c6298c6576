/** The seam between tensors and hardware: memory, copies, kernels. Everything above it is the same on both devices. */
import type { TypedArray } from "./dtype.ts";
import type { Kernel } from "./kernel.ts";

/** A block of device memory. */
export interface Block {
  /** Usable bytes; at least what was asked for. */
  readonly bytes: number;
}

/** Some bytes of a block. */
export interface BlockRange {
  /** The block. */
  readonly block: Block;
  /** How many bytes. */
  readonly bytes: number;
  /** The first one; 0 if absent. */
  readonly offset?: number;
}

/** What a device can do and how much it holds. */
export interface Limits {
  /** Largest tensor in bytes. */
  readonly maxTensorBytes: number;
  /** Threads that run kernels; 0 on a GPU. */
  readonly threads: number;
  /** Whether shaders may use 16-bit floats. */
  readonly f16: boolean;
  /** Whether shaders may use subgroup operations. */
  readonly subgroups: boolean;
  /** Whether a GPU is emulated on the CPU: kernels may then choose other tiles, never other results. */
  readonly software: boolean;
}

/** Live memory of a device. */
export interface MemoryStats {
  /** Blocks in use. */
  readonly blocks: number;
  /** Bytes in use. */
  readonly bytes: number;
  /** Highest `bytes` so far. */
  readonly peakBytes: number;
  /** Bytes held from the system, in use or pooled. */
  readonly reservedBytes: number;
}

/** A device as the engine sees it. */
export interface Backend {
  /** Which device. */
  readonly kind: "cpu" | "webgpu";
  /** What the hardware calls itself. */
  readonly name: string;
  /** Sizes and features. */
  readonly limits: Limits;
  /** Takes memory of at least so many bytes; its contents are not set. */
  allocate(bytes: number): Block;
  /** Gives memory back; kernels that were told of it before still have it. */
  free(block: Block): void;
  /** Copies in from byte `offset` on, after the kernels before and before those after. */
  write(block: Block, data: TypedArray, offset?: number): void;
  /** Copies out; resolves when everything encoded before has run. One wait for all blocks together. */
  read(requests: readonly BlockRange[]): Promise<ArrayBuffer[]>;
  /** Runs a kernel on a block for each of its buffers. */
  run(kernel: Kernel, blocks: readonly (Block | undefined)[], params: Readonly<Record<string, number>>): void;
  /** Resolves when everything encoded before has run. */
  sync(): Promise<void>;
  /** Counts live memory. */
  stats(): MemoryStats;
  /** Gives everything back; the backend is of no use afterwards. */
  dispose(): void;
}
