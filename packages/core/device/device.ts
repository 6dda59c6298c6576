/** The device that users hold: makes tensors, runs kernels, keeps scopes and the tape. */
import type { Backend, Limits, MemoryStats } from "../backend/backend.ts";
import { type ArrayOf, type DType, dtypeOf, elementBytes, type TypedArray } from "../backend/dtype.ts";
import { DeviceLostError } from "../backend/errors.ts";
import type { Binding, Kernel } from "../backend/kernel.ts";
import { fillKernel } from "../kernels/fill/kernel.ts";
import { Scope } from "./scope.ts";
import { elements, sizeOf, type Storage, Tensor } from "./tensor.ts";

/** What a running `valueAndGrad` tells the device: which tensors its backward pass needs. */
export interface TapeView {
  /** Whether the backward pass needs this tensor. */
  holds(tensor: Tensor): boolean;
}

/** Elements `start` to before `end` of a tensor, in row-major order. */
export interface TensorRange {
  /** The tensor. */
  readonly tensor: Tensor;
  /** The first element. */
  readonly start: number;
  /** The element after the last. */
  readonly end: number;
}

/** A tensor for each buffer of a kernel; `undefined` for an optional one that is absent. */
export type Buffers<B extends string> = Readonly<Record<B, Tensor | undefined>>;

/**
 * One CPU or GPU with everything on it. Open it with {@linkcode openDevice}; it ends with `using`, or with
 * {@linkcode Device.dispose}.
 *
 * @example Usage
 * ```ts
 * import { openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using ids = device.tensor(Int32Array.of(1, 2, 3), [3]);
 * assertEquals([device.kind, ids.dtype], ["cpu", "i32"]);
 * ```
 */
export class Device implements Disposable {
  /** `cpu` or `webgpu`. */
  readonly kind: "cpu" | "webgpu";
  /** What the hardware calls itself. */
  readonly name: string;
  /** Sizes and features. */
  readonly limits: Limits;
  readonly #backend: Backend;
  readonly #poison: boolean;
  #tape: TapeView | undefined;
  #scope: Scope | undefined;
  #disposed = false;

  /** Used by {@linkcode openDevice}. */
  constructor(backend: Backend, options: { poison?: boolean } = {}) {
    this.kind = backend.kind;
    this.name = backend.name;
    this.limits = backend.limits;
    this.#backend = backend;
    this.#poison = options.poison ?? false;
  }

  /**
   * Copies numbers to the device.
   *
   * @param data The elements in row-major order: a typed array, or numbers to become float32.
   * @param shape Length of each dimension; by default one dimension.
   * @returns A tensor of the dtype of `data`.
   * @throws {RangeError} If `shape` and `data` differ in size.
   */
  tensor<A extends TypedArray | readonly number[]>(
    data: A,
    shape: readonly number[] = [data.length],
  ): Tensor<A extends Int32Array ? "i32" : A extends Uint32Array ? "u32" : "f32"> {
    const array: TypedArray = Array.isArray(data) ? floats(data) : data as TypedArray;
    const dtype = dtypeOf(array);
    checkShape(shape);
    if (sizeOf(shape) !== array.length) {
      throw new RangeError(
        `Cannot make a tensor of shape [${shape}] from ${array.length} elements: it needs ${sizeOf(shape)}`,
      );
    }
    const tensor = this.#allocate(shape, dtype);
    if (array.length > 0) this.#backend.write(tensor.storage.block, array);
    return tensor as ReturnType<typeof this.tensor<A>>;
  }

  /**
   * Makes a tensor of zeros.
   *
   * @param shape Length of each dimension.
   * @param dtype Element type.
   * @returns The tensor.
   */
  zeros<D extends DType = "f32">(shape: readonly number[], dtype: D = "f32" as D): Tensor<D> {
    return this.#filled(shape, dtype, 0);
  }

  /**
   * Makes a float32 tensor of one value.
   *
   * @param shape Length of each dimension.
   * @param value The value of every element.
   * @returns The tensor.
   */
  full(shape: readonly number[], value: number): Tensor<"f32"> {
    return this.#filled(shape, "f32", value);
  }

  /**
   * Makes a tensor whose elements are not set; for operations that write every one of them.
   *
   * @param shape Length of each dimension.
   * @param dtype Element type.
   * @returns The tensor; NaN everywhere if the device was opened with `poison`.
   */
  empty<D extends DType = "f32">(shape: readonly number[], dtype: D = "f32" as D): Tensor<D> {
    return this.#poison ? this.#filled(shape, dtype, NaN) : this.#allocate(shape, dtype);
  }

  /**
   * Copies tensors to the host with one wait for all of them.
   *
   * @param tensors The tensors.
   * @returns Their elements in row-major order.
   * @throws {DeviceLostError} If the device is gone.
   * @throws {TypeError} If a tensor is disposed or belongs to another device.
   */
  async read<const T extends readonly Tensor[]>(
    tensors: T,
  ): Promise<{ -readonly [K in keyof T]: T[K] extends Tensor<infer D> ? ArrayOf<D> : never }> {
    const arrays = await this.readRanges(tensors.map((tensor) => ({ tensor, start: 0, end: tensor.size })));
    return arrays as { -readonly [K in keyof T]: T[K] extends Tensor<infer D> ? ArrayOf<D> : never };
  }

  /**
   * Copies parts of tensors to the host with one wait for all of them; for tensors too large to copy at once.
   *
   * @param ranges Which elements of which tensors.
   * @returns The elements of each range.
   * @throws {DeviceLostError} If the device is gone.
   * @throws {RangeError} If a range is not inside its tensor.
   * @throws {TypeError} If a tensor is disposed or belongs to another device.
   */
  async readRanges(ranges: readonly TensorRange[]): Promise<TypedArray[]> {
    this.#check();
    const requests = ranges.map(({ tensor, start, end }) => {
      this.#own(tensor, "read");
      if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= tensor.size)) {
        throw new RangeError(`Cannot read elements ${start} to ${end} of ${tensor}: it holds ${tensor.size}`);
      }
      return {
        block: tensor.storage.block,
        bytes: (end - start) * elementBytes,
        offset: start * elementBytes,
      };
    });
    const buffers = await this.#backend.read(requests);
    return buffers.map((bytes, i) => elements(bytes, ranges[i]!.tensor.dtype));
  }

  /** A second tensor over the same memory, with another shape of the same size. The memory lives as long as either. */
  alias<D extends DType>(tensor: Tensor<D>, shape: readonly number[] = tensor.shape): Tensor<D> {
    this.#own(tensor, "look at");
    checkShape(shape);
    if (sizeOf(shape) !== tensor.size) {
      throw new RangeError(
        `Cannot reshape a tensor of shape [${tensor.shape}] to [${shape}]: ${tensor.size} and ${
          sizeOf(shape)
        } elements`,
      );
    }
    return this.#adopt(new Tensor(this, [...shape], tensor.dtype, tensor.storage));
  }

  /** A tensor over the same memory, which holds packed weights of some shape. For `packWeights`. */
  packed(panels: Tensor<"f32">, shape: readonly number[]): Tensor<"f32"> {
    return this.#adopt(new Tensor(this, [...shape], "f32", panels.storage, "packed"));
  }

  /**
   * Overwrites a tensor's elements from the host: all of them, or with `offset` as many as given from that one on.
   *
   * @throws {RangeError} If the sizes differ, or the elements reach past the end.
   * @throws {TypeError} If the dtypes differ.
   * @throws {Error} If a running `valueAndGrad` needs what the tensor holds.
   */
  write(tensor: Tensor, data: TypedArray, offset?: number): void {
    this.#check();
    this.#own(tensor, "write");
    if (this.#tape?.holds(tensor)) {
      throw new Error(`Cannot write to ${tensor}: the backward pass of a running valueAndGrad needs what it holds`);
    }
    if (dtypeOf(data) !== tensor.dtype) {
      throw new TypeError(`Cannot write ${dtypeOf(data)} elements into ${tensor}: give an array of its dtype`);
    }
    const first = offset ?? 0;
    const fits = offset === undefined ? data.length === tensor.size : first + data.length <= tensor.size;
    if (!fits || !Number.isInteger(first) || first < 0) {
      const where = offset === undefined ? "" : ` at ${offset}`;
      throw new RangeError(`Cannot write ${data.length} elements${where} into ${tensor}: it holds ${tensor.size}`);
    }
    if (data.length > 0) this.#backend.write(tensor.storage.block, data, first * elementBytes);
  }

  /**
   * Runs a kernel.
   *
   * @param kernel The kernel.
   * @param buffers A tensor for each of its buffers.
   * @param params A number for each of its parameters.
   * @throws {TypeError} If a tensor is disposed, has the wrong dtype or belongs to another device.
   */
  run<B extends string, P extends string>(
    kernel: Kernel<B, P>,
    buffers: Buffers<NoInfer<B>>,
    params: Readonly<Record<NoInfer<P>, number>>,
  ): void {
    this.#check();
    const blocks = kernel.bufferNames.map((name) => {
      const tensor = buffers[name];
      if (tensor) this.#fits(tensor, kernel.buffers[name], kernel.name, name);
      return tensor?.storage.block;
    });
    this.#backend.run(kernel, blocks, params);
  }

  /**
   * Opens a scope: tensors made from now on end with it.
   *
   * @returns The scope, for `using`.
   */
  scope(): Scope {
    return this.#scope = new Scope(this, this.#scope);
  }

  /** The running `valueAndGrad`, if any. */
  get tape(): TapeView | undefined {
    return this.#tape;
  }

  /** Calls `f` with operations recorded on a tape, or on none. Used by `valueAndGrad` and `recompute`. */
  withTape<R>(tape: TapeView | undefined, f: () => R): R {
    const before = this.#tape;
    this.#tape = tape;
    try {
      return f();
    } finally {
      this.#tape = before;
    }
  }

  /** Whether new tensors belong to this scope. For {@linkcode Scope}. */
  isCurrent(scope: Scope): boolean {
    return this.#scope === scope;
  }

  /** Makes the enclosing scope the current one. For {@linkcode Scope}. */
  leaveScope(parent: Scope | undefined): void {
    this.#scope = parent;
  }

  /** Closes a scope and those opened in it, so that the device stays usable, and then complains. For {@linkcode Scope}. */
  closeOutOfOrder(scope: Scope): never {
    if (this.#scope?.isWithin(scope)) {
      while (this.#scope !== scope) this.#scope![Symbol.dispose]();
      scope[Symbol.dispose]();
    }
    throw new Error(
      "Cannot close a scope before those opened in it: open scopes with `using`, one task at a time on a device",
    );
  }

  /** Used by {@linkcode Tensor.dispose}. */
  release(storage: Storage): void {
    if (!this.#disposed) this.#backend.free(storage.block);
  }

  /**
   * Waits until everything asked of the device so far has run.
   *
   * @throws {DeviceLostError} If the device is gone.
   */
  async sync(): Promise<void> {
    this.#check();
    await this.#backend.sync();
  }

  /**
   * Counts live memory.
   *
   * @returns Blocks and bytes in use, their peak, and bytes held from the system.
   */
  stats(): MemoryStats {
    return this.#backend.stats();
  }

  /** Frees everything and ends the device's threads. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#backend.dispose();
  }

  /** Disposes at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #allocate<D extends DType>(shape: readonly number[], dtype: D): Tensor<D> {
    this.#check();
    checkShape(shape);
    if (dtype !== "f32" && dtype !== "i32" && dtype !== "u32") {
      throw new TypeError(`Expected dtype to be "f32", "i32" or "u32" but found "${dtype}"`);
    }
    const bytes = sizeOf(shape) * elementBytes;
    if (bytes > this.limits.maxTensorBytes) {
      throw new RangeError(
        `Cannot make a tensor of shape [${shape}] on ${this.kind}: ${bytes} bytes are more than its limit of ` +
          `${this.limits.maxTensorBytes} bytes for one tensor; split it`,
      );
    }
    const block = this.#backend.allocate(bytes);
    return this.#adopt(new Tensor(this, [...shape], dtype, { block, refs: 0 }));
  }

  #filled<D extends DType>(shape: readonly number[], dtype: D, value: number): Tensor<D> {
    const tensor = this.#allocate(shape, dtype);
    const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
    this.#backend.run(fillKernel as Kernel, [tensor.storage.block], { n: tensor.size, bits });
    return tensor;
  }

  #adopt<D extends DType>(tensor: Tensor<D>): Tensor<D> {
    this.#scope?.add(tensor);
    return tensor;
  }

  #fits(tensor: Tensor, binding: Binding, kernel: string, name: string): void {
    this.#own(tensor, kernel);
    const dtype = binding.slice(binding.indexOf(" ") + 1);
    if (tensor.dtype !== dtype) {
      throw new TypeError(
        `Cannot run ${kernel} with ${name} of dtype ${tensor.dtype} and shape [${tensor.shape}]: it needs ${dtype}; use cast()`,
      );
    }
  }

  #own(tensor: Tensor, what: string): void {
    if (tensor.device !== this) {
      throw new TypeError(
        `Cannot ${what} a tensor of shape [${tensor.shape}] that is on another device (${tensor.device.kind}): ` +
          `copy it with device.tensor(await x.data(), x.shape)`,
      );
    }
    if (tensor.layout === "packed") {
      throw new TypeError(
        `Cannot ${what} packed weights of shape [${tensor.shape}]: only matmul() and logits() take them; use the ` +
          `parameters that they were packed from`,
      );
    }
  }

  #check(): void {
    if (this.#disposed) {
      throw new DeviceLostError(`Cannot use the ${this.kind} device: it was disposed of; open another`);
    }
  }
}

/** An array of numbers as float32. */
function floats(data: readonly unknown[]): Float32Array {
  const at = data.findIndex((x) => typeof x !== "number");
  if (at >= 0) {
    throw new TypeError(
      `Expected a flat array of numbers but found ${typeof data[at]} at ${at}: give a shape beside it`,
    );
  }
  return Float32Array.from(data as readonly number[]);
}

function checkShape(shape: readonly number[]): void {
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Expected a shape of integers of 0 or more but found [${shape}]`);
    }
  }
}
