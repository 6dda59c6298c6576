/** Pipelines and bind groups, made once. */
import type { Kernel } from "../kernel.ts";
import type { GpuBlock } from "./buffers.ts";

/** A kernel as the GPU runs it. */
export interface Program {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly groups: Map<string, GPUBindGroup>;
}

/** Bind groups of one kernel that are kept; ragged batches make new ones for ever. */
const maxGroups = 4096;

/** Compiles kernels and binds buffers, and remembers both. */
export class Programs {
  readonly #device: GPUDevice;
  readonly #uniforms: GPUBuffer;
  readonly #uniformBytes: number;
  readonly #watch: <R>(what: string, f: () => R) => R;
  readonly #programs = new Map<Kernel, Program>();

  /**
   * @param uniforms The uniform buffer that every group binds, `uniformBytes` at a dynamic offset.
   * @param watch Runs a call under an error scope that names it.
   */
  constructor(
    device: GPUDevice,
    uniforms: GPUBuffer,
    uniformBytes: number,
    watch: <R>(what: string, f: () => R) => R,
  ) {
    this.#device = device;
    this.#uniforms = uniforms;
    this.#uniformBytes = uniformBytes;
    this.#watch = watch;
  }

  program(kernel: Kernel): Program {
    let program = this.#programs.get(kernel);
    if (!program) {
      program = this.#watch(`kernel ${kernel.name}`, () => this.#compile(kernel));
      this.#programs.set(kernel, program);
    }
    return program;
  }

  group(kernel: Kernel, program: Program, blocks: readonly GpuBlock[]): GPUBindGroup {
    let key = "";
    for (const block of blocks) key += block.id + ",";
    let group = program.groups.get(key);
    if (!group) {
      if (program.groups.size >= maxGroups) program.groups.clear();
      const limit = this.#device.limits.maxStorageBufferBindingSize;
      const entries: GPUBindGroupEntry[] = blocks.map(({ buffer, bytes }, binding) => ({
        binding,
        resource: { buffer, size: Math.min(bytes, limit) },
      }));
      entries.push({ binding: blocks.length, resource: { buffer: this.#uniforms, size: this.#uniformBytes } });
      group = this.#watch(
        `the buffers of kernel ${kernel.name}`,
        () => this.#device.createBindGroup({ layout: program.layout, entries }),
      );
      program.groups.set(key, group);
    }
    return group;
  }

  /** Forgets every group that binds a buffer which is about to be destroyed. */
  forget(block: GpuBlock): void {
    const id = `${block.id}`;
    for (const { groups } of this.#programs.values()) {
      for (const key of groups.keys()) if (key.split(",").includes(id)) groups.delete(key);
    }
  }

  #compile(kernel: Kernel): Program {
    const entries: GPUBindGroupLayoutEntry[] = kernel.bufferNames.map((name, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: kernel.buffers[name]!.startsWith("read") ? "read-only-storage" : "storage" },
    }));
    entries.push({
      binding: entries.length,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: "uniform", hasDynamicOffset: true },
    });
    const layout = this.#device.createBindGroupLayout({ label: kernel.name, entries });
    const pipeline = this.#device.createComputePipeline({
      label: kernel.name,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: {
        module: this.#device.createShaderModule({ label: kernel.name, code: kernel.wgsl }),
        entryPoint: "main",
      },
    });
    return { pipeline, layout, groups: new Map() };
  }
}
