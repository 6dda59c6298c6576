/** Trees: nested objects and arrays of tensors. Parameters, gradients and optimizer state are trees of one structure. */
import { Tensor } from "./tensor.ts";

/**
 * A tensor, or an object or array of trees; optional ones may be `undefined`. Functions that take one accept interfaces
 * as well: `T extends Tree<T>`.
 */
export type Tree<T> = Tensor | TreeBranches<T>;

/** The object or array case of a {@linkcode Tree}. */
export type TreeBranches<T> = { readonly [K in keyof T]: TreeNode<T[K]> };

/** What may stand at a key of {@linkcode TreeBranches}. */
export type TreeNode<T> = T extends Tensor | undefined ? T : T extends object ? TreeBranches<T> : never;

/**
 * Lists a tree's tensors with their paths, in the order of its keys.
 *
 * @param tree The tree.
 * @param path What the paths start with.
 * @returns Pairs of a path such as `blocks.0.query` and its tensor.
 * @throws {TypeError} If something in the tree is no tensor, object or array.
 *
 * @example Usage
 * ```ts
 * import { entriesOf, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using w = device.zeros([2]);
 * assertEquals(entriesOf({ head: w, blocks: [{ w }] }).map(([path]) => path), ["head", "blocks.0.w"]);
 * ```
 */
export function entriesOf<T extends Tree<T>>(tree: T, path = ""): [path: string, tensor: Tensor][] {
  const entries: [string, Tensor][] = [];
  walk(tree, path, (tensor, path) => {
    entries.push([path, tensor]);
    return tensor;
  });
  return entries;
}

/**
 * Lists a tree's tensors.
 *
 * @param tree The tree.
 * @returns Its tensors in the order of its keys.
 *
 * @example Usage
 * ```ts
 * import { leaves, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using w = device.zeros([2]);
 * assertEquals(leaves({ a: w, b: [w, w] }).length, 3);
 * ```
 */
export function leaves<T extends Tree<T>>(tree: T): Tensor[] {
  return entriesOf(tree).map(([, tensor]) => tensor);
}

/**
 * Makes a tree of the same structure from each tensor of another.
 *
 * @param tree The tree to walk.
 * @param f Called with each tensor and its path.
 * @returns The tree of the results.
 *
 * @example Usage
 * ```ts
 * import { mapTree, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = { w: device.zeros([2, 3]), b: device.zeros([3]) };
 * const momentum = mapTree(params, (t) => device.zeros(t.shape));
 * assertEquals(momentum.w.shape, [2, 3]);
 * ```
 */
export function mapTree<T extends Tree<T>>(tree: T, f: (tensor: Tensor, path: string) => Tensor): T {
  return walk(tree, "", f) as T;
}

/** Calls `f` with every tensor and its path, and builds the tree of what it returns. */
function walk(node: unknown, path: string, f: (tensor: Tensor, path: string) => Tensor): unknown {
  if (node instanceof Tensor) return f(node, path);
  if (node === undefined) return undefined;
  if (node === null || typeof node !== "object") {
    throw new TypeError(`Expected a tensor, an object or an array at "${path}" of a tree but found ${typeof node}`);
  }
  const entries = Object.entries(node).map(([key, child]) =>
    [key, walk(child, path ? `${path}.${key}` : key, f)] as const
  );
  return Array.isArray(node) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

/**
 * Disposes of every tensor of a tree.
 *
 * @param tree The tree.
 *
 * @example Usage
 * ```ts
 * import { disposeTree, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * disposeTree({ w: device.zeros([2, 3]), b: device.zeros([3]) });
 * assertEquals(device.stats().blocks, 0);
 * ```
 */
export function disposeTree<T extends Tree<T>>(tree: T): void {
  for (const tensor of leaves(tree)) tensor.dispose();
}
