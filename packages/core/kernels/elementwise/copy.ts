/** Copies of trees. */
import { mapTree, type Tree } from "../../device/tree.ts";
import { mul } from "./arithmetic.ts";

/**
 * Copies a tree of float32 tensors, such as parameters: the same bits, in memory of their own.
 *
 * @param tree The tree.
 * @returns The copy, on the same device; its tensors belong to the current scope.
 *
 * @example A reference that stays as it is
 * ```ts
 * import { copyTree, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = { w: device.tensor([1, 2]) };
 * const reference = copyTree(params);
 * device.write(params.w, Float32Array.of(3, 4));
 * assertEquals(await reference.w.data(), Float32Array.of(1, 2));
 * ```
 */
export function copyTree<T extends Tree<T>>(tree: T): T {
  return mapTree(tree, (tensor) => mul(tensor, 1));
}
