/** Scopes: tensors made inside end with it, except those that are kept. */
import type { Device } from "./device.ts";
import type { Tensor } from "./tensor.ts";
import { leaves, type Tree } from "./tree.ts";

/**
 * Ends the tensors made since it was opened. Open one with `using scope = device.scope()`; scopes close in the
 * reverse order of opening.
 *
 * @example Usage
 * ```ts
 * import { add, mul, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using x = device.tensor([1, 2], [2]);
 * function square(): typeof x {
 *   using scope = device.scope();
 *   const plusOne = add(x, 1); // freed at the end of the function
 *   return scope.keep(mul(plusOne, plusOne));
 * }
 * using y = square();
 * assertEquals(await y.data(), Float32Array.of(4, 9));
 * assertEquals(device.stats().blocks, 2);
 * ```
 */
export class Scope implements Disposable {
  readonly #device: Device;
  readonly #parent: Scope | undefined;
  readonly #tensors = new Set<Tensor>();
  #closed = false;

  /** Used by `device.scope()`. */
  constructor(device: Device, parent: Scope | undefined) {
    this.#device = device;
    this.#parent = parent;
  }

  /** Whether this scope was opened in another one that is still open. */
  isWithin(scope: Scope): boolean {
    for (let parent = this.#parent; parent; parent = parent.#parent) if (parent === scope) return true;
    return false;
  }

  /** Makes the scope responsible for a tensor. */
  add(tensor: Tensor): void {
    this.#tensors.add(tensor);
  }

  /**
   * Lets tensors outlive the scope: the enclosing scope has them from now on, or the caller where there is none.
   *
   * @param tree A tensor, or an object or array of tensors.
   * @param to The scope that has them from now on; by default the enclosing one. With `null` they are the caller's to
   *   dispose of, whatever scopes are open.
   * @returns The same.
   */
  keep<T extends Tree<T>>(tree: T, to: Scope | null | undefined = this.#parent): T {
    for (const tensor of leaves(tree)) {
      if (this.#tensors.delete(tensor)) to?.add(tensor);
    }
    return tree;
  }

  /** Frees what was not kept. A tensor that a running `valueAndGrad` needs passes to the enclosing scope instead. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    if (!this.#device.isCurrent(this)) return this.#device.closeOutOfOrder(this);
    this.#device.leaveScope(this.#parent);
    this.#closed = true;
    for (const tensor of this.#tensors) {
      if (this.#parent && this.#device.tape?.holds(tensor)) this.#parent.add(tensor);
      else tensor.dispose();
    }
  }
}
