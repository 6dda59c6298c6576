import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Heap } from "./heap.ts";

function newHeap(maximum = 64): Heap {
  return new Heap(new WebAssembly.Memory({ initial: 1, maximum, shared: true }), 1024);
}

Deno.test("Heap: a freed block is merged with its neighbours and used again", () => {
  const heap = newHeap();
  const blocks = [100, 200, 300, 64].map((n) => heap.allocate(n));
  heap.free(blocks[0]!);
  heap.free(blocks[2]!);
  heap.free(blocks[1]!); // now one hole of all three
  const whole = heap.allocate(600);
  assertEquals(whole.ptr, blocks[0]!.ptr);
  assertEquals(heap.stats().blocks, 2);
});

Deno.test("Heap: takes the smallest hole that fits", () => {
  const heap = newHeap();
  const [big, , small] = [1024, 64, 128, 64].map((n) => heap.allocate(n));
  heap.free(big!);
  heap.free(small!);
  assertEquals(heap.allocate(100).ptr, small!.ptr);
});

Deno.test("Heap: freeing everything leaves nothing, in any order", () => {
  const heap = newHeap();
  const order = [3, 0, 4, 1, 2];
  const blocks = order.map((n) => heap.allocate(64 * (n + 1)));
  for (const i of order) heap.free(blocks[i]!);
  assertEquals([heap.stats().blocks, heap.stats().bytes], [0, 0]);
  assertEquals(heap.allocate(1).ptr, 1024);
});

Deno.test("Heap: says how much was asked for when memory ends, and stays usable", () => {
  const heap = newHeap(2);
  const error = assertThrows(() => heap.allocate(1 << 20), Error);
  assertStringIncludes(error.message, "Cannot allocate 1.0 MiB on the CPU device");
  heap.free(heap.allocate(1024));
  assertThrows(() => heap.free({ ptr: 0, bytes: 64 }), Error, "twice");
});
