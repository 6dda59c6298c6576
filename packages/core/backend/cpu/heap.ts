/**
 * The CPU device's memory: a best-fit free list over one growing WebAssembly memory.
 *
 * Blocks are 64-byte aligned and padded, so vector kernels may read and write up to the next multiple of
 * 64 bytes. Equal sequences of calls give equal addresses.
 */
import type { Block, MemoryStats } from "../backend.ts";
import { OutOfMemoryError } from "../errors.ts";

const page = 65536;
const align = 64;

/** What the heap lies in: a `WebAssembly.Memory`, or something of its size. */
export interface Room {
  /** Its bytes so far. */
  readonly buffer: { readonly byteLength: number };
  /** Adds pages of 65,536 bytes; throws if there are none left. */
  grow(pages: number): unknown;
}

/** A block of the heap: its address in the WebAssembly memory. */
export interface HeapBlock extends Block {
  readonly ptr: number;
}

/** Allocates 64-byte aligned blocks from `memory`, starting at byte `start`. */
export class Heap {
  readonly #memory: Room;
  readonly #free: { ptr: number; bytes: number }[] = []; // by address; neighbours are merged
  readonly #live = new Set<Block>();
  #top: number;
  #bytes = 0;
  #peakBytes = 0;
  #end = 0;

  constructor(memory: Room, start: number) {
    this.#memory = memory;
    this.#top = start;
  }

  allocate(bytes: number): HeapBlock {
    const size = Math.max(align, Math.ceil(bytes / align) * align);
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const have = this.#free[i]!.bytes;
      if (have >= size && (best < 0 || have < this.#free[best]!.bytes)) best = i;
    }
    const ptr = best >= 0 ? this.#take(best, size) : this.#extend(size);
    const block = { ptr, bytes: size };
    this.#live.add(block);
    this.#bytes += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return block;
  }

  free(block: HeapBlock): void {
    if (!this.#live.delete(block)) throw new Error("Cannot free a block twice");
    this.#bytes -= block.bytes;
    let { ptr, bytes } = block;
    let at = this.#after(ptr);
    const next = this.#free[at];
    if (next && ptr + bytes === next.ptr) {
      bytes += next.bytes;
      this.#free.splice(at, 1);
    }
    const before = this.#free[at - 1];
    if (before && before.ptr + before.bytes === ptr) {
      ptr = before.ptr;
      bytes += before.bytes;
      this.#free.splice(--at, 1);
    }
    if (ptr + bytes === this.#top) this.#top = ptr; // the top block goes back to the unused tail
    else this.#free.splice(at, 0, { ptr, bytes });
  }

  stats(): MemoryStats {
    return {
      blocks: this.#live.size,
      bytes: this.#bytes,
      peakBytes: this.#peakBytes,
      reservedBytes: this.#memory.buffer.byteLength,
    };
  }

  /** End of the highest block there ever was: what the memory must hold at least, holes between blocks included. */
  get end(): number {
    return this.#end;
  }

  /** Index of the first free block past `ptr`. */
  #after(ptr: number): number {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.#free[mid]!.ptr < ptr) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  #take(index: number, size: number): number {
    const free = this.#free[index]!;
    const { ptr } = free;
    if (free.bytes === size) this.#free.splice(index, 1);
    else this.#free[index] = { ptr: ptr + size, bytes: free.bytes - size };
    return ptr;
  }

  #extend(size: number): number {
    const ptr = this.#top;
    const end = ptr + size + align; // a spare line past the end: vector loads may run over
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) {
      // Grow by an eighth at least: growing is a system call.
      const wanted = Math.max(missing, this.#memory.buffer.byteLength >> 3);
      if (!grow(this.#memory, wanted) && !grow(this.#memory, missing)) {
        throw new OutOfMemoryError(
          `Cannot allocate ${mib(size)} on the CPU device: ${mib(this.#bytes)} are in use and one WebAssembly memory ` +
            `holds 4096 MiB at most; use a smaller batch, recompute activations, or put a model on a second device`,
        );
      }
    }
    this.#top = ptr + size;
    this.#end = Math.max(this.#end, end);
    return ptr;
  }
}

function grow(memory: Room, bytes: number): boolean {
  try {
    memory.grow(Math.ceil(bytes / page));
    return true;
  } catch {
    return false;
  }
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
