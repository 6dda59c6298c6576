import { assertEquals, assertThrows } from "@std/assert";
import { openDevice } from "./open.ts";
import type { Tensor } from "./tensor.ts";
import { disposeTree, entriesOf, leaves, mapTree } from "./tree.ts";

Deno.test("trees have paths, in the order of their keys", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const [a, b, c, d] = [1, 2, 3, 4].map((n) => device.zeros([n]));
  const tree = { z: a!, blocks: [{ w: b! }, [c!]], none: [], a: d! };
  assertEquals(entriesOf(tree).map(([path]) => path), ["z", "blocks.0.w", "blocks.1.0", "a"]);
  assertEquals(leaves(tree).map(({ size }) => size), [1, 2, 3, 4]);
  assertEquals(entriesOf(a!), [["", a!]]);
  const visited: string[] = [];
  const doubled = mapTree(tree, ({ shape }, path) => {
    visited.push(path);
    return device.zeros([2 * shape[0]!]);
  });
  assertEquals(visited, entriesOf(tree).map(([path]) => path));
  assertEquals(Object.keys(doubled), ["z", "blocks", "none", "a"]);
  assertEquals([doubled.z.size, doubled.none, leaves(doubled).map(({ size }) => size)], [2, [], [2, 4, 6, 8]]);
  disposeTree([tree, doubled]);
  assertEquals(device.stats().blocks, 0);
});

Deno.test("a tree that holds something else than tensors is refused by its path", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const w = device.zeros([1]);
  for (const [thing, found] of [[1, "number"], ["w", "string"], [null, "object"]] as const) {
    const tree = { blocks: [{ w }, { w: thing }] } as unknown as Tensor;
    for (const f of [entriesOf, leaves, disposeTree]) {
      assertThrows(() => void f(tree), TypeError, `an array at "blocks.1.w" of a tree but found ${found}`);
    }
  }
  assertEquals(w.disposed, false);
});

Deno.test("optional tensors may be undefined", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using w = device.zeros([1]);
  interface Layer {
    weight: typeof w;
    bias?: typeof w;
  }
  const layers: Layer[] = [{ weight: w, bias: undefined }, { weight: w }];
  assertEquals(entriesOf(layers).map(([path]) => path), ["0.weight", "1.weight"]);
  assertEquals(mapTree(layers, (tensor) => tensor), layers);
});
