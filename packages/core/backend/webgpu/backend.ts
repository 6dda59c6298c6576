/**
 * The WebGPU device: kernels are encoded into one pass, and submitted when a result is wanted, when the uniform buffer
 * is full, or before the queue writes to a buffer that the pass uses.
 */
import type { Backend, Block, BlockRange, Limits, MemoryStats } from "../backend.ts";
import type { TypedArray } from "../dtype.ts";
import { DeviceLostError, OutOfMemoryError } from "../errors.ts";
import { type Kernel, writeParams } from "../kernel.ts";
import { BufferPool, type GpuBlock } from "./buffers.ts";
import { Programs } from "./programs.ts";
import { type ReadRequest, Staging } from "./staging.ts";

/** Kernels in one pass: enough to hide the cost of a submission, few enough to start the GPU early. */
const maxKernels = 256;
/** Bytes of one kernel's parameters: the dynamic offset's alignment. */
const slotBytes = 256;

/** What {@linkcode WebGpuBackend} is told of its adapter. */
export interface AdapterFacts {
  readonly name: string;
  readonly f16: boolean;
  readonly subgroups: boolean;
  readonly software: boolean;
}

/** Runs kernels on a GPU. */
export class WebGpuBackend implements Backend {
  readonly kind = "webgpu";
  readonly name: string;
  readonly limits: Limits;
  readonly #device: GPUDevice;
  readonly #pool: BufferPool;
  readonly #programs: Programs;
  readonly #uniforms: GPUBuffer;
  readonly #slots = new ArrayBuffer(maxKernels * slotBytes);
  readonly #words = new Uint32Array(this.#slots);
  readonly #floats = new Float32Array(this.#slots);
  readonly #offset = new Uint32Array(1);
  readonly #absentRead: GpuBlock;
  readonly #absentWrite: GpuBlock;
  readonly #watched = new Set<Promise<void>>(); // error scopes that have not answered yet
  readonly #staging: Staging;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #pipeline: GPUComputePipeline | undefined;
  #kernels = 0;
  #flush = 0;
  #failure: Error | undefined;
  #lost: string | undefined;

  constructor(device: GPUDevice, facts: AdapterFacts) {
    this.#device = device;
    this.name = facts.name;
    this.limits = {
      maxTensorBytes: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize),
      threads: 0,
      f16: facts.f16,
      subgroups: facts.subgroups,
      software: facts.software,
    };
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.#uniforms = device.createBuffer({ label: "parameters", size: maxKernels * slotBytes, usage });
    this.#programs = new Programs(device, this.#uniforms, slotBytes, (what, f) => this.#watch(what, f));
    this.#pool = new BufferPool(device, {
      watch: (what, f) => this.#watch(what, f),
      destroying: (block) => {
        if (block.flush === this.#flush) this.#submit();
        this.#programs.forget(block);
      },
    });
    this.#staging = new Staging(device);
    // What is bound in place of an absent buffer; the same buffer must not be bound both ways in one kernel.
    [this.#absentRead, this.#absentWrite] = [0, 1].map(() => absent(device)) as [GpuBlock, GpuBlock];
    device.lost.then(({ message, reason }) => {
      this.#lost ??= reason === "destroyed" ? "it was disposed of" : message || "the driver gave no reason";
    });
  }

  allocate(bytes: number): Block {
    this.#check();
    return this.#pool.allocate(bytes);
  }

  free(block: Block): void {
    this.#pool.free(block as GpuBlock);
  }

  write(block: Block, data: TypedArray, offset = 0): void {
    this.#check();
    const { buffer, flush } = block as GpuBlock;
    if (flush === this.#flush) this.#submit(); // the queue writes before kernels that are not yet submitted
    this.#device.queue.writeBuffer(buffer, offset, data as TypedArray & ArrayBufferView<ArrayBuffer>);
  }

  run(kernel: Kernel, blocks: readonly (Block | undefined)[], params: Readonly<Record<string, number>>): void {
    this.#check();
    const [x, y = 1, z = 1] = kernel.workgroups(params);
    if (x === 0 || y === 0 || z === 0) return;
    const most = this.#device.limits.maxComputeWorkgroupsPerDimension;
    if (Math.max(x, y, z) > most) {
      throw new RangeError(
        `Cannot run kernel ${kernel.name} with [${x}, ${y}, ${z}] workgroups: a dimension has ${most} at most; split the input`,
      );
    }
    if (this.#kernels === maxKernels) this.#submit();
    const program = this.#programs.program(kernel);
    const bound = kernel.bufferNames.map((name, i) => {
      const block = blocks[i] as GpuBlock | undefined;
      if (block) block.flush = this.#flush;
      return block ?? (kernel.buffers[name]!.startsWith("read") ? this.#absentRead : this.#absentWrite);
    });
    const group = this.#programs.group(kernel, program, bound);
    const pass = this.#pass ?? this.#begin();
    if (this.#pipeline !== program.pipeline) pass.setPipeline(this.#pipeline = program.pipeline);
    this.#offset[0] = this.#kernels * slotBytes;
    writeParams(kernel, params, this.#words, this.#floats, this.#offset[0] / 4);
    pass.setBindGroup(0, group, this.#offset, 0, 1);
    pass.dispatchWorkgroups(x, y, z);
    this.#kernels++;
  }

  async read(requests: readonly BlockRange[]): Promise<ArrayBuffer[]> {
    this.#check();
    const encoder = this.#endPass();
    // Every copy is encoded before the first wait: what happens to the tensors meanwhile does not matter.
    const staged = this.#staging.stage(encoder, requests as readonly ReadRequest[]);
    this.#finish(encoder);
    const out: ArrayBuffer[] = [];
    for (const part of staged) {
      const collected = await this.#staging.collect(part).catch((lost) => lost as DeviceLostError);
      await this.#throwFailure(); // says more than that the device is lost
      this.#check();
      if (collected instanceof DeviceLostError) throw collected;
      out.push(...collected);
    }
    return out;
  }

  async sync(): Promise<void> {
    this.#check();
    this.#submit();
    await this.#device.queue.onSubmittedWorkDone();
    await this.#throwFailure();
    this.#check();
  }

  stats(): MemoryStats {
    return this.#pool.stats();
  }

  dispose(): void {
    this.#lost ??= "it was disposed of";
    this.#pass?.end();
    this.#encoder?.finish();
    this.#pass = this.#encoder = undefined;
    this.#pool.trim();
    this.#device.destroy();
  }

  #begin(): GPUComputePassEncoder {
    this.#encoder = this.#device.createCommandEncoder();
    this.#pipeline = undefined;
    return this.#pass = this.#encoder.beginComputePass();
  }

  /** Ends the pass and gives its encoder, or a new one. */
  #endPass(): GPUCommandEncoder {
    this.#pass?.end();
    const encoder = this.#encoder ?? this.#device.createCommandEncoder();
    this.#pass = this.#encoder = undefined;
    return encoder;
  }

  #submit(): void {
    if (this.#encoder) this.#finish(this.#endPass());
  }

  #finish(encoder: GPUCommandEncoder): void {
    const { queue } = this.#device;
    if (this.#kernels > 0) queue.writeBuffer(this.#uniforms, 0, this.#slots, 0, this.#kernels * slotBytes);
    this.#watch("a submission", () => queue.submit([encoder.finish()]));
    this.#kernels = 0;
    this.#flush++;
  }

  /** Runs a call under error scopes; the next read throws what they caught. */
  #watch<R>(what: string, f: () => R): R {
    const device = this.#device;
    device.pushErrorScope("out-of-memory");
    device.pushErrorScope("validation");
    try {
      return f();
    } finally {
      const invalid = device.popErrorScope();
      const memory = device.popErrorScope();
      const answer = Promise.all([invalid, memory]).then(([invalid, memory]) => {
        if (memory) this.#failure ??= new OutOfMemoryError(`WebGPU has no memory left for ${what}: ${memory.message}`);
        if (invalid) this.#failure ??= new Error(`WebGPU refuses ${what}: ${invalid.message}`);
      }, () => {}).finally(() => this.#watched.delete(answer)); // a lost device is reported as such
      this.#watched.add(answer);
    }
  }

  async #throwFailure(): Promise<void> {
    await Promise.all(this.#watched);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
  }

  #check(): void {
    if (this.#lost !== undefined) {
      throw new DeviceLostError(`Cannot use the webgpu device: it is lost (${this.#lost}); open another`);
    }
  }
}

function absent(device: GPUDevice): GpuBlock {
  return { id: -1, buffer: device.createBuffer({ size: 256, usage: GPUBufferUsage.STORAGE }), bytes: 256, flush: -1 };
}
