/** Trees from paths: the opposite of `entriesOf`. */
import type { Tensor } from "../device/tensor.ts";

/** A tree whose type is not known. */
export interface Branch {
  [key: string]: Tensor | Branch | Branch[];
}

/**
 * Builds a tree; the keys of arrays are numbers.
 *
 * @param entries Pairs of a path such as `blocks.0.query.weight` and its tensor.
 * @returns The tree.
 */
export function treeOf(entries: Iterable<readonly [path: string, tensor: Tensor]>): Branch {
  const root: Branch = {};
  for (const [path, tensor] of entries) {
    const keys = path.split(".");
    let node = root;
    keys.slice(0, -1).forEach((key, i) => {
      node = (node[key] ??= /^\d+$/.test(keys[i + 1]!) ? [] : {}) as Branch;
    });
    node[keys.at(-1)!] = tensor;
  }
  return root;
}
