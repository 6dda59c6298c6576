/** The CPU device: WebAssembly SIMD kernels over one shared memory. */
import type { Backend, Block, BlockRange, Limits } from "../backend.ts";
import type { TypedArray } from "../dtype.ts";
import { type Kernel, writeParams } from "../kernel.ts";
import { Heap, type HeapBlock } from "./heap.ts";
import { wasm } from "./kernels.generated.ts";
import { threadScratchBytes } from "./sizes.ts";
import { startHelpers, Threads } from "./threads.ts";
import { argsAddress } from "./worker_source.ts";

const maximumPages = 65536; // 4 GiB, all that 32-bit addresses reach
const firstFree = 65536; // below: control words, arguments, the kernels' constants

/** Where the heap begins: behind each thread's scratch. */
export function heapStartOf(threads: number): number {
  return firstFree + threads * threadScratchBytes;
}

/** Opens the CPU device with up to `threads` threads, the caller included. */
export async function openCpu(threads: number): Promise<Backend> {
  const scratchStart = firstFree;
  const heapStart = heapStartOf(threads);
  const memory = new WebAssembly.Memory({
    initial: heapStart / 65536 + 16,
    maximum: maximumPages,
    shared: true,
  });
  const module = await compile();
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const names = Object.keys(exports).sort(); // the order every thread uses
  const fns = names.map((name) => exports[name] as () => void);
  const scratches = Array.from({ length: threads }, (_, i) => scratchStart + i * threadScratchBytes);
  const helpers = await startHelpers(module, memory, scratches.slice(1));
  return new CpuBackend(memory, names, new Threads(memory, fns, scratches[0]!, helpers), heapStart, helpers + 1);
}

let compiled: Promise<WebAssembly.Module> | undefined; // code, not state: compiled once a process
function compile(): Promise<WebAssembly.Module> {
  return compiled ??= WebAssembly.compile(wasm).catch((cause) => {
    compiled = undefined;
    throw new Error(
      "Cannot compile the CPU kernels: this runtime lacks WebAssembly relaxed SIMD or threads; use Deno 2, Node 22, " +
        "or a browser of 2024 or later",
      { cause },
    );
  });
}

class CpuBackend implements Backend {
  readonly kind = "cpu";
  readonly name: string;
  readonly limits: Limits;
  readonly #memory: WebAssembly.Memory;
  readonly #heap: Heap;
  readonly #threads: Threads;
  readonly #fnIndex: ReadonlyMap<string, number>;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;
  #bytes: Uint8Array;

  constructor(
    memory: WebAssembly.Memory,
    names: readonly string[],
    threads: Threads,
    heapStart: number,
    threadCount: number,
  ) {
    this.#memory = memory;
    this.#heap = new Heap(memory, heapStart);
    this.#threads = threads;
    this.#fnIndex = new Map(names.map((name, i) => [name, i]));
    this.#words = new Uint32Array(memory.buffer, argsAddress, 128);
    this.#floats = new Float32Array(memory.buffer, argsAddress, 128);
    this.#bytes = new Uint8Array(memory.buffer);
    this.name = `WebAssembly SIMD, ${threadCount} ${threadCount === 1 ? "thread" : "threads"}`;
    this.limits = {
      maxTensorBytes: maximumPages * 65536 - heapStart - 65536, // less what is kept free past the end
      threads: threadCount,
      f16: false,
      subgroups: false,
      software: false,
    };
  }

  allocate(bytes: number): Block {
    return this.#heap.allocate(bytes);
  }

  free(block: Block): void {
    this.#heap.free(block as HeapBlock);
  }

  write(block: Block, data: TypedArray, offset = 0): void {
    if (offset + data.byteLength > block.bytes) {
      throw new RangeError(`Cannot write ${data.byteLength} bytes at ${offset} of ${block.bytes}`);
    }
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#view().set(bytes, (block as HeapBlock).ptr + offset);
  }

  read(requests: readonly BlockRange[]): Promise<ArrayBuffer[]> {
    const view = this.#view();
    return Promise.resolve(requests.map(({ block, bytes, offset = 0 }) => {
      const ptr = (block as HeapBlock).ptr + offset;
      const copy = new Uint8Array(bytes); // not slice(): it would make another shared buffer
      copy.set(view.subarray(ptr, ptr + bytes));
      return copy.buffer;
    }));
  }

  run(kernel: Kernel, blocks: readonly (Block | undefined)[], params: Readonly<Record<string, number>>): void {
    const scratchBytes = kernel.scratch?.(params) ?? 0;
    const scratch = scratchBytes > 0 ? this.#heap.allocate(scratchBytes) : undefined;
    try {
      const words = this.#words;
      let at = 0;
      for (const block of blocks) words[at++] = block ? (block as HeapBlock).ptr : 0;
      writeParams(kernel, params, words, this.#floats, at);
      words[at + kernel.paramNames.length] = scratch?.ptr ?? 0;
      for (const phase of kernel.cpu) {
        const fn = this.#fnIndex.get(phase.fn);
        if (fn === undefined) throw new Error(`Cannot find the CPU function ${phase.fn} of kernel ${kernel.name}`);
        this.#threads.run(fn, phase.parts(params), phase.small?.(params) ?? false);
      }
    } catch (cause) {
      throw new Error(`The CPU kernel ${kernel.name} failed: ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      });
    } finally {
      if (scratch) this.#heap.free(scratch);
    }
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  stats(): ReturnType<Heap["stats"]> {
    return this.#heap.stats();
  }

  dispose(): void {
    this.#threads.stop();
  }

  #view(): Uint8Array {
    const { buffer } = this.#memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = new Uint8Array(buffer);
    return this.#bytes;
  }
}
