import { assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../../autograd/grad.ts";
import { eachDevice, Random } from "../../testing/mod.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { sum } from "../reduce/reduce.ts";
import { writeRows } from "./write_rows.ts";

await eachDevice(Deno.test, "writeRows() overwrites the rows that ids name, and no other", async (device) => {
  const random = new Random(1);
  for (let i = 0; i < 40; i++) {
    const [rows, cols] = [random.length(70), random.length(130)];
    const ids = Int32Array.from({ length: rows }, (_, row) => row).sort(() => random.pick([-1, 1]))
      .map((row) => random.pick([0, 1, 2, 3]) === 0 ? random.pick([-1, rows, rows + 5]) : row).slice(
        0,
        random.int(0, rows),
      );
    const [before, x] = [random.normals(rows * cols), random.normals(ids.length * cols)];
    const expected = Float32Array.from(before);
    ids.forEach((row, t) => {
      if (row >= 0 && row < rows) expected.set(x.subarray(t * cols, (t + 1) * cols), row * cols);
    });
    const out = device.tensor(before, [rows, cols]);
    writeRows(out, device.tensor(x, [ids.length, cols]), device.tensor(ids));
    assertEquals(await out.data(), expected);
  }
});

await eachDevice(Deno.test, "writeRows() copies words of any dtype as they are", async (device) => {
  const words = Uint32Array.of(1, 0x7fc00001, 0xffffffff, 0x80000000); // as f32: subnormal, NaN, NaN, -0
  const out = device.zeros([3, 2], "u32");
  writeRows(out, device.tensor(words, [2, 2]), device.tensor(Uint32Array.of(2, 0)));
  assertEquals(await out.data(), Uint32Array.of(0xffffffff, 0x80000000, 0, 0, 1, 0x7fc00001));
  assertThrows(() => writeRows(out, device.zeros([1, 2]), device.zeros([1], "u32")), TypeError, "need one dtype");
});

await eachDevice(
  Deno.test,
  "writeRows() refuses what does not fit, what a backward pass needs, and gradients",
  (device) => {
    const [out, x, ids] = [device.zeros([4, 3]), device.zeros([2, 3]), device.zeros([2], "u32")];
    assertThrows(() => writeRows(out, device.zeros([2, 2]), ids), RangeError, "[2,2] with ids of shape [2]");
    assertThrows(() => writeRows(out, x, device.zeros([3], "u32")), RangeError, "ids of shape [3]");
    assertThrows(() => writeRows(out, x, device.zeros([2])), TypeError, "ids of dtype f32");
    assertThrows(
      () =>
        valueAndGrad((w) => {
          const y = mul(w, w);
          writeRows(w, x, ids);
          return sum(y);
        }, out),
      Error,
      "the backward pass of a running valueAndGrad needs",
    );
    assertThrows(
      () => valueAndGrad((x) => (writeRows(out, x, ids), sum(out)), x),
      TypeError,
      "Cannot differentiate through writeRows",
    );
  },
);
