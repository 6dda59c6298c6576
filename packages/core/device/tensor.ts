/** A tensor: a shape over a block of device memory. It knows its device; operations are functions elsewhere. */
import type { Block } from "../backend/backend.ts";
import { type ArrayOf, type DType, elementBytes, type TypedArray, viewAs } from "../backend/dtype.ts";
import type { Device } from "./device.ts";

/** A block with the number of tensors that look at it. */
export interface Storage {
  /** The memory. */
  readonly block: Block;
  /** How many tensors look at it. */
  refs: number;
}

/**
 * An array of numbers on a device, row-major.
 *
 * Tensors come from a device (`device.tensor`, `device.zeros`) or from operations. They live until disposed, or until
 * the scope in which they were made ends.
 *
 * @typeParam D Element type.
 *
 * @example Usage
 * ```ts
 * import { openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using x = device.tensor([1, 2, 3, 4], [2, 2]);
 * assertEquals([x.shape, x.size], [[2, 2], 4]);
 * assertEquals(await x.data(), Float32Array.of(1, 2, 3, 4));
 * ```
 */
export class Tensor<D extends DType = DType> implements Disposable {
  /** The device that holds the elements. */
  readonly device: Device;
  /** Length of each dimension; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** Element type. */
  readonly dtype: D;
  /** Number of elements. */
  readonly size: number;
  /** Whether the elements lie row by row, or as `packWeights` has them for `matmul` alone. */
  readonly layout: "rows" | "packed";
  #storage: Storage | undefined;

  /** Used by {@linkcode Device}; call `device.tensor` instead. */
  constructor(
    device: Device,
    shape: readonly number[],
    dtype: D,
    storage: Storage,
    layout: "rows" | "packed" = "rows",
  ) {
    this.device = device;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.layout = layout;
    this.#storage = storage;
    storage.refs++;
  }

  /** Whether {@linkcode Tensor.dispose} was called or the tensor's scope has ended. */
  get disposed(): boolean {
    return this.#storage === undefined;
  }

  /** The memory under the tensor, for kernels. @throws {TypeError} If the tensor is disposed. */
  get storage(): Storage {
    if (!this.#storage) {
      throw new TypeError(
        `Cannot use a disposed tensor of shape [${this.shape}]: keep it with scope.keep(), or dispose of it later`,
      );
    }
    return this.#storage;
  }

  /** Bytes of the elements. */
  get bytes(): number {
    return this.size * elementBytes;
  }

  /**
   * Copies the elements to the host. On WebGPU this waits for the device (10 ms or more): read many tensors with one
   * `device.read`.
   *
   * @returns The elements in row-major order.
   * @throws {TypeError} If the tensor is disposed.
   */
  async data(): Promise<ArrayOf<D>> {
    const [data] = await this.device.read([this]);
    return data as TypedArray as ArrayOf<D>;
  }

  /**
   * Reads a tensor of one element.
   *
   * @returns The element.
   * @throws {TypeError} If the tensor has more than one element, or is disposed.
   */
  async item(): Promise<number> {
    if (this.size !== 1) throw new TypeError(`Cannot read one item of a tensor of shape [${this.shape}]: use data()`);
    return (await this.data())[0]!;
  }

  /** Gives the memory back; a second call does nothing. */
  dispose(): void {
    const storage = this.#storage;
    if (!storage) return;
    this.#storage = undefined;
    if (--storage.refs === 0) this.device.release(storage);
  }

  /** Disposes at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Short description: type, shape, device. */
  toString(): string {
    return `${this.dtype}[${this.shape}] on ${this.device.kind}${this.disposed ? " (disposed)" : ""}`;
  }
}

/** Elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Bytes that came from a device, as elements. */
export function elements<D extends DType>(bytes: ArrayBuffer, dtype: D): ArrayOf<D> {
  return viewAs(bytes, dtype) as ArrayOf<D>;
}
