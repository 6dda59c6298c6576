import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DeviceLostError } from "../backend/errors.ts";
import {
  add,
  attention,
  concatColumns,
  gatherRows,
  logProb,
  matmul,
  mul,
  reshape,
  rmsNorm,
  rope,
  ropeTable,
  scatterRows,
  segments,
  sliceColumns,
  sum,
} from "../mod.ts";
import { eachDevice } from "../testing/mod.ts";
import { openDevice } from "./open.ts";

await eachDevice(Deno.test, "a tensor holds what it was given, of each dtype", async (device) => {
  const tensors = [device.tensor([1.5, -2]), device.tensor(Int32Array.of(-3, 4)), device.tensor(Uint32Array.of(5))];
  assertEquals(tensors.map((t) => t.dtype), ["f32", "i32", "u32"]);
  const all = await device.read(tensors);
  assertEquals(all, [Float32Array.of(1.5, -2), Int32Array.of(-3, 4), Uint32Array.of(5)]);
  assertEquals(await device.full([2, 2], 7).data(), Float32Array.of(7, 7, 7, 7));
  assertEquals(await device.zeros([3], "i32").data(), new Int32Array(3));
  assertEquals((await device.zeros([0, 4]).data()).length, 0);
});

await eachDevice(Deno.test, "write() comes after the kernels before it and before those after it", async (device) => {
  const x = device.tensor([1]);
  const before = mul(x, 10);
  device.write(x, Float32Array.of(2));
  const after = mul(x, 10);
  assertEquals((await device.read([before, after])).map((d) => d[0]), [10, 20]);
});

await eachDevice(Deno.test, "memory that is freed and taken again is written in order", async (device) => {
  const x = device.tensor([1, 2, 3]);
  const y = mul(x, 2);
  x.dispose();
  const z = device.tensor([7, 8, 9]); // may take x's memory
  assertEquals(await y.data(), Float32Array.of(2, 4, 6));
  assertEquals(await z.data(), Float32Array.of(7, 8, 9));
});

await eachDevice(Deno.test, "empty() is NaN under poison", async (device) => {
  assertEquals(await device.empty([3]).data(), Float32Array.of(NaN, NaN, NaN));
});

await eachDevice(Deno.test, "tensors are refused with shape, dtype and remedy", async (device) => {
  assertThrows(() => device.tensor([1, 2, 3], [2, 2]), RangeError, "shape [2,2] from 3 elements: it needs 4");
  assertThrows(() => device.zeros([2, -1]), RangeError, "integers of 0 or more but found [2,-1]");
  assertThrows(() => device.zeros([2 ** 20, 2 ** 20]), RangeError, "split it");
  const x = device.tensor([1, 2]);
  assertThrows(() => device.write(x, Int32Array.of(1, 2)), TypeError, "give an array of its dtype");
  assertThrows(() => device.write(x, Float32Array.of(1)), RangeError, "it holds 2");
  await assertRejects(() => x.item(), TypeError, "shape [2]: use data()");
  x.dispose();
  x.dispose(); // does nothing
  await assertRejects(() => x.data(), TypeError, "disposed tensor of shape [2]");
  assertThrows(() => add(x, 1), TypeError, "keep it with scope.keep()");
});

await eachDevice(Deno.test, "tensor() takes float32 and 32-bit integers only", (device) => {
  const { blocks } = device.stats();
  const refused = [
    [new Float64Array(2), "found Float64Array: convert it first"],
    [new Uint8Array(4), "found Uint8Array"],
    [new BigInt64Array(1), "found BigInt64Array"],
    [new DataView(new ArrayBuffer(4)), "found DataView"],
    ["12", "found String"],
    [null, "found object"],
    [[[1, 2], [3, 4]], "Expected a flat array of numbers but found object at 0: give a shape beside it"],
    [[1, "2"], "found string at 1"],
  ] as const;
  for (const [data, message] of refused) {
    assertThrows(() => device.tensor(data as unknown as number[], [2]), TypeError, message);
  }
  assertThrows(() => device.write(device.zeros([1]), new Uint8Array(4) as never), TypeError, "found Uint8Array");
  assertEquals(device.stats().blocks, blocks + 1); // the tensor to write to
});

await eachDevice(Deno.test, "alias() and reshape() take shapes of the same size only", (device) => {
  const x = device.zeros([2, 3]);
  for (const shape of [[-2, -3], [1.5, 4], [NaN], [Infinity, 0]]) {
    assertThrows(() => device.alias(x, shape), RangeError, `integers of 0 or more but found [${shape}]`);
    assertThrows(() => reshape(x, shape), RangeError, `integers of 0 or more but found [${shape}]`);
  }
  assertThrows(() => reshape(x, [4]), RangeError, "Cannot reshape a tensor of shape [2,3] to [4]: 6 and 4 elements");
  assertEquals([reshape(x, [6, 1]).shape, x.storage.refs], [[6, 1], 2]);
});

Deno.test("a tensor of another device is refused", async () => {
  using one = await openDevice({ device: "cpu", threads: 1 });
  using two = await openDevice({ device: "cpu", threads: 1 });
  assertThrows(() => add(one.tensor([1]), two.tensor([1])), TypeError, "on another device (cpu)");
  assertThrows(() => one.alias(two.tensor([1])), TypeError, "on another device (cpu)");
  const x = one.zeros([2, 4]);
  assertThrows(() => attention(x, x, x, segments(two, [2]), { heads: 1 }), TypeError, "on another device (cpu)");
});

await eachDevice(Deno.test, "scopes free, keep, nest, and close in order", (device) => {
  const start = device.stats().blocks;
  const outer = device.scope();
  const inner = device.scope();
  const kept = inner.keep(device.zeros([2]));
  const free = inner.keep(device.zeros([2]), null);
  const dropped = device.zeros([2]);
  assertThrows(() => outer[Symbol.dispose](), Error, "before those opened in it");
  assertEquals([kept.disposed, dropped.disposed], [true, true]); // both scopes are closed: the device stays usable
  assertEquals(free.disposed, false);
  free.dispose();
  assertEquals(device.stats().blocks, start);
});

await eachDevice(Deno.test, "scopes that are interleaved leave the device usable", async (device) => {
  const start = device.stats().blocks;
  const [one, two] = [device.scope(), device.scope()];
  device.zeros([2]);
  assertThrows(() => one[Symbol.dispose](), Error, "one task at a time on a device");
  two[Symbol.dispose](); // does nothing: closed with the first
  one[Symbol.dispose]();
  {
    using scope = device.scope();
    assertEquals(await scope.keep(add(device.tensor([1]), 1)).data(), Float32Array.of(2));
  }
  assertEquals(device.stats().blocks, start + 1); // what was kept, by the test's own scope
});

await eachDevice(Deno.test, "operations that throw leave nothing behind", (device) => {
  const [x, wrong] = [device.zeros([2, 4]), device.zeros([2, 4], "i32")];
  const [ids, row] = [device.zeros([2], "u32"), device.zeros([4])];
  const [table, batch] = [ropeTable(device, { dim: 4, positions: 1 }), segments(device, [2])];
  const { blocks } = device.stats();
  const operations: Record<string, () => unknown> = {
    add: () => add(wrong, 1),
    attention: () => attention(x, wrong, x, batch, { heads: 1 }),
    concatColumns: () => concatColumns([x, wrong]),
    gatherRows: () => gatherRows(wrong, ids),
    logProb: () => logProb(x, wrong, ids),
    matmul: () => matmul(x, wrong, { transposeB: true }),
    rmsNorm: () => rmsNorm(wrong, row),
    rope: () => rope(wrong, ids, table, { heads: 1 }),
    scatterRows: () => scatterRows(wrong, ids, 1),
    sliceColumns: () => sliceColumns(wrong, 0, 1),
    sum: () => sum(wrong),
    "sum of columns": () => sum(wrong, { axis: "first" }),
    "sum of rows": () => sum(wrong, { axis: "last" }),
  };
  const left = Object.entries(operations).map(([name, run]) => {
    assertThrows(run, TypeError, "it needs f32; use cast()", name);
    return [name, device.stats().blocks - blocks];
  });
  assertEquals(left.filter(([, count]) => count !== 0), []);
});

Deno.test("openDevice() refuses unknown options in one sentence", async () => {
  await assertRejects(() => openDevice({ device: "cuda" as "cpu" }), TypeError, `but found "cuda"`);
  for (const threads of [0, 1.5, NaN, 1000]) {
    await assertRejects(() => openDevice({ device: "cpu", threads }), RangeError, "integer from 1 to 256");
  }
});

Deno.test("a device that was disposed of says so", async () => {
  const device = await openDevice({ device: "cpu", threads: 1 });
  const x = device.tensor([1]);
  device.dispose();
  device.dispose();
  assertThrows(() => device.zeros([1]), DeviceLostError, "it was disposed of");
  await assertRejects(() => x.data(), DeviceLostError);
  x.dispose(); // harmless
});

Deno.test("openDevice() says what to install where there is no adapter", async () => {
  const script = `import { openDevice } from ${JSON.stringify(import.meta.resolve("../mod.ts"))};
    Object.defineProperty(navigator, "gpu", { value: { requestAdapter: () => Promise.resolve(null) } });
    console.log((await openDevice()).kind);
    await openDevice({ device: "webgpu" }).catch((error) => console.log(error.message));
    Object.defineProperty(globalThis, "navigator", { value: undefined });
    await openDevice({ device: "webgpu" }).catch((error) => console.log(error.message));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", script] }).output();
  const text = new TextDecoder().decode(stdout);
  assertStringIncludes(text, "cpu\nCannot open a WebGPU device: no adapter was found; install a Vulkan driver");
  assertStringIncludes(text, "this runtime has no navigator.gpu");
});
