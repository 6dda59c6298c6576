/**
 * The pool of GPU buffers. Equal sequences of requests get equal buffers, so a training step finds the bind groups that
 * the step before it has made.
 */
import type { Block, MemoryStats } from "../backend.ts";

/** A GPU buffer with a name for caches. */
export interface GpuBlock extends Block {
  readonly id: number;
  readonly buffer: GPUBuffer;
  /** The flush in which it was last used: while that is not submitted, the queue must not write to it. */
  flush: number;
}

/** What the pool asks of its backend. */
export interface PoolHooks {
  /** Runs a call under an error scope that names it. */
  watch<R>(what: string, f: () => R): R;
  /** Called before a buffer is destroyed. */
  destroying(block: GpuBlock): void;
}

/** Free bytes that the pool may hold beyond what is in use. */
const spare = 256 * 2 ** 20;

/** Hands out buffers by size class and takes them back. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #hooks: PoolHooks;
  readonly #free = new Map<number, GpuBlock[]>();
  readonly #live = new Set<Block>();
  #ids = 0;
  #bytes = 0;
  #peakBytes = 0;
  #freeBytes = 0;

  constructor(device: GPUDevice, hooks: PoolHooks) {
    this.#device = device;
    this.#hooks = hooks;
  }

  allocate(bytes: number): GpuBlock {
    // A class may be larger than the adapter allows where the request is not.
    const size = Math.max(bytes, Math.min(sizeClass(bytes), Math.floor(this.#device.limits.maxBufferSize / 256) * 256));
    let block = this.#free.get(size)?.pop();
    if (block) this.#freeBytes -= size;
    else {
      if (this.#freeBytes > this.#bytes + spare) this.trim();
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const buffer = this.#hooks.watch(`a buffer of ${size} bytes`, () => this.#device.createBuffer({ size, usage }));
      block = { id: this.#ids++, buffer, bytes: size, flush: -1 };
    }
    this.#live.add(block);
    this.#bytes += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return block;
  }

  free(block: GpuBlock): void {
    if (!this.#live.delete(block)) throw new Error("Cannot free a block twice");
    this.#bytes -= block.bytes;
    this.#freeBytes += block.bytes;
    const list = this.#free.get(block.bytes);
    if (list) list.push(block);
    else this.#free.set(block.bytes, [block]);
  }

  /** Gives free buffers back to the system. */
  trim(): void {
    for (const list of this.#free.values()) {
      for (const block of list) {
        this.#hooks.destroying(block);
        block.buffer.destroy();
      }
    }
    this.#free.clear();
    this.#freeBytes = 0;
  }

  stats(): MemoryStats {
    return {
      blocks: this.#live.size,
      bytes: this.#bytes,
      peakBytes: this.#peakBytes,
      reservedBytes: this.#bytes + this.#freeBytes,
    };
  }
}

/** Sizes in use: multiples of 256 bytes, from 2 KiB on eight steps an octave. */
export function sizeClass(bytes: number): number {
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3));
  return Math.max(256, Math.ceil(bytes / step) * step);
}
