/** A backend that takes memory as a real one does, and computes nothing: what would this program need? */
import type { Backend, Block, Limits, MemoryStats } from "./backend.ts";
import { heapStartOf } from "./cpu/backend.ts";
import { Heap, type HeapBlock } from "./cpu/heap.ts";
import type { Kernel } from "./kernel.ts";
import { sizeClass } from "./webgpu/buffers.ts";

/** Which device to imitate. */
export interface DryOptions {
  /** Its kind: memory is taken in other pieces on each. @default {"cpu"} */
  readonly kind?: "cpu" | "webgpu";
  /** Threads of a CPU device; each has some scratch. @default {1} */
  readonly threads?: number;
}

/** Opens a backend without memory or threads. Tensors have addresses, but nothing behind them; reads give zeros. */
export function dryBackend({ kind = "cpu", threads = 1 }: DryOptions = {}): Backend {
  const limits: Limits = { maxTensorBytes: Infinity, threads, f16: false, subgroups: false, software: false };
  const memory = kind === "cpu" ? heapMemory(threads) : poolMemory();
  return {
    ...{ kind, name: `${kind}, dry run`, limits, ...memory },
    write: () => {},
    read: (requests) => Promise.resolve(requests.map(({ bytes }) => new ArrayBuffer(bytes))),
    run(kernel: Kernel, _blocks, params) {
      const scratch = kind === "cpu" ? kernel.scratch?.(params) ?? 0 : 0;
      if (scratch > 0) memory.free(memory.allocate(scratch));
    },
    sync: () => Promise.resolve(),
    dispose: () => {},
  };
}

type Memory = Pick<Backend, "allocate" | "free" | "stats">;

/** The CPU device's own heap, over a memory that is only a number. */
function heapMemory(threads: number): Memory {
  let byteLength = 0;
  const room = {
    get buffer() {
      return { byteLength };
    },
    grow: (pages: number) => byteLength += pages * 65536,
  };
  const heap = new Heap(room, heapStartOf(threads));
  return {
    allocate: (bytes) => heap.allocate(bytes),
    free: (block) => heap.free(block as HeapBlock),
    stats: () => ({ ...heap.stats(), reservedBytes: heap.end }),
  };
}

/** The size classes of WebGPU's buffers; free ones are not counted. */
function poolMemory(): Memory {
  let [blocks, bytes, peakBytes] = [0, 0, 0];
  return {
    allocate(wanted): Block {
      const block = { bytes: sizeClass(wanted) };
      blocks++;
      bytes += block.bytes;
      peakBytes = Math.max(peakBytes, bytes);
      return block;
    },
    free(block) {
      blocks--;
      bytes -= block.bytes;
    },
    stats: (): MemoryStats => ({ blocks, bytes, peakBytes, reservedBytes: peakBytes }),
  };
}
