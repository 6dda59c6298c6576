import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DeviceLostError } from "../backend/errors.ts";
import { add, mul } from "../kernels/elementwise/elementwise.ts";
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

Deno.test("a tensor of another device is refused", async () => {
  using one = await openDevice({ device: "cpu", threads: 1 });
  using two = await openDevice({ device: "cpu", threads: 1 });
  assertThrows(() => add(one.tensor([1]), two.tensor([1])), TypeError, "on another device (cpu)");
});

await eachDevice(Deno.test, "scopes free, keep, nest, and close in order", (device) => {
  const start = device.stats().blocks;
  const outer = device.scope();
  const inner = device.scope();
  const kept = inner.keep(device.zeros([2]));
  const dropped = device.zeros([2]);
  assertThrows(() => outer[Symbol.dispose](), Error, "before those opened in it");
  assertEquals([kept.disposed, dropped.disposed], [true, true]); // both scopes are closed: the device stays usable
  assertEquals(device.stats().blocks, start);
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
