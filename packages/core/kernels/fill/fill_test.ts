import { assertEquals } from "@std/assert";
import { eachDevice } from "../../testing/mod.ts";

await eachDevice(Deno.test, "full() and zeros() set every element, in every part", async (device) => {
  for (const n of [1, 3, 63, 64, 65, 255, 257, 1000, 2 * 65536 + 5]) {
    const tensors = [device.full([n], 7.5), device.empty([n]), device.zeros([n])];
    const [full, empty, zeros] = await device.read(tensors);
    assertEquals(full, new Float32Array(n).fill(7.5), `${n} of 7.5`);
    assertEquals(empty, new Float32Array(n).fill(NaN), `${n} of poison`);
    assertEquals(zeros, new Float32Array(n), `${n} of 0`);
  }
});

await eachDevice(Deno.test, "zeros() of integers are 0, and leave their neighbours alone", async (device) => {
  const tensors = [1, 2, 3, 5, 17].flatMap((n) => [device.full([n], 3), device.zeros([n], "i32")]);
  for (const tensor of tensors) {
    const data = await tensor.data();
    assertEquals([...data], Array(data.length).fill(tensor.dtype === "f32" ? 3 : 0));
  }
});
