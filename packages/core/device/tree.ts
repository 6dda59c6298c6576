/** Trees: nested objects and arrays of tensors. Parameters, gradients and optimizer state are trees of one structure. */
import { Tensor } from "./tensor.ts";

/** A tensor, or an object or array of trees. */
export type Tree = Tensor | { readonly [key: string]: Tree } | readonly Tree[];

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
export function entriesOf(tree: Tree, path = ""): [path: string, tensor: Tensor][] {
  if (tree instanceof Tensor) return [[path, tree]];
  if (tree === null || typeof tree !== "object") {
    throw new TypeError(`Expected a tensor, an object or an array at "${path}" of a tree but found ${typeof tree}`);
  }
  return Object.entries(tree).flatMap(([key, child]) => entriesOf(child, path ? `${path}.${key}` : key));
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
export function leaves(tree: Tree): Tensor[] {
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
export function mapTree<T extends Tree>(tree: T, f: (tensor: Tensor, path: string) => Tensor<"f32">): T {
  function walk(node: Tree, path: string): Tree {
    if (node instanceof Tensor) return f(node, path);
    if (Array.isArray(node)) return node.map((child, i) => walk(child, join(path, `${i}`)));
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child, join(path, key))]));
  }
  return walk(tree, "") as T;
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
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
export function disposeTree(tree: Tree): void {
  for (const tensor of leaves(tree)) tensor.dispose();
}
