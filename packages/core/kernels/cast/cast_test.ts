import { assertEquals, assertThrows } from "@std/assert";
import type { DType } from "../../backend/dtype.ts";
import { sum, valueAndGrad } from "../../mod.ts";
import { assertRepeatable, eachDevice, Random } from "../../testing/mod.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { cast } from "./cast.ts";
import { castReference } from "./reference.ts";

const dtypes = ["f32", "i32", "u32"] as const;
const arrays = { f32: Float32Array, i32: Int32Array, u32: Uint32Array } as const;

/** Numbers at the edges of what each dtype holds. */
const edges: Record<DType, number[]> = {
  f32: [
    ...[0, -0, 0.5, -0.5, 0.999, 1.9, -1.9, 1e-40, 16777217, NaN, Infinity, -Infinity, 1e20, -1e20],
    ...[2 ** 31, 2 ** 31 - 128, -(2 ** 31), -(2 ** 31) - 256, 2 ** 32, 2 ** 32 - 256, 3e9],
  ],
  i32: [0, 1, -1, 16777217, -16777217, 2 ** 31 - 1, -(2 ** 31), 2147483583, 2147483584],
  u32: [0, 1, 16777217, 2 ** 31, 2 ** 32 - 1, 4294967167, 4294967168],
};

await eachDevice(Deno.test, "cast() equals the reference for every pair of dtypes", async (device) => {
  const random = new Random(14);
  const cases = Array.from({ length: 240 }, (_, i) => {
    const [from, to] = [dtypes[i % 3]!, dtypes[Math.floor(i / 3) % 3]!];
    const drawn = [...random.normals(random.pick([0, random.length(129), 300]))].map((v) =>
      v * random.pick([1, 100, 2 ** 31])
    );
    const data = arrays[from].from([...drawn, ...(drawn.length > 0 ? edges[from] : [])]);
    return { from, to, data, y: cast(device.tensor(data), to) };
  });
  const results = await device.read(cases.map(({ y }) => y));
  cases.forEach(({ from, to, data }, i) => {
    const expected = Array.from(data, (x) => castReference(x, from, to));
    assertEquals(results[i], arrays[to].from(expected), `${from} to ${to}`);
  });
});

await eachDevice(Deno.test, "cast() to the same dtype shares memory and passes gradients on", async (device) => {
  const x = device.tensor([1.5, -2.5]);
  const { blocks } = device.stats();
  const same = cast(x, "f32");
  assertEquals([same.storage === x.storage, device.stats().blocks - blocks], [true, 0]);
  const { grads } = valueAndGrad((p) => sum(mul(cast(p, "f32"), 3)), x);
  assertEquals(await grads.data(), Float32Array.of(3, 3));
  assertThrows(
    () => valueAndGrad((p) => sum(cast(cast(p, "i32"), "f32")), x),
    TypeError,
    "does not depend on the parameters",
  );
});

await eachDevice(Deno.test, "cast() converts every part of a large tensor", async (device) => {
  const data = Int32Array.from({ length: 2 * 65536 + 3 }, (_, i) => i - 70_000);
  assertEquals(await cast(device.tensor(data), "f32").data(), Float32Array.from(data));
});

Deno.test("cast() gives the same bits with 1 and 2 threads", async () => {
  const data = new Random(15).normals(150_001).map((v) => 1000 * v);
  await assertRepeatable((device) => [cast(device.tensor(data), "i32")]);
});

await eachDevice(Deno.test, "cast() names a dtype that there is not, and a disposed tensor", (device) => {
  const x = device.zeros([2, 3]);
  assertThrows(() => cast(x, "f64" as "f32"), TypeError, 'to "f64": expected "f32", "i32" or "u32"');
  x.dispose();
  assertThrows(() => cast(x, "i32"), TypeError, "disposed tensor of shape [2,3]");
});
