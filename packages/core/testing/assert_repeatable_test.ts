import { assertRejects } from "@std/assert";
import { bitsOf } from "../kernels/cast/bits.ts";
import { mul } from "../kernels/elementwise/arithmetic.ts";
import { assertRepeatable } from "./assert_repeatable.ts";

Deno.test("assertRepeatable() refuses an element that no kernel has written, of each dtype", async () => {
  await assertRejects(
    () => assertRepeatable((device) => [device.zeros([2]), device.empty([3])]),
    Error,
    "element 0 of tensor 1 holds what new memory does: NaN",
  );
  await assertRejects(() => assertRepeatable((device) => [device.empty([3], "i32")]), Error, "element 0 of tensor 0");
  await assertRejects(() => assertRepeatable((device) => [bitsOf(device.empty([3]))]), Error, "element 0 of tensor 0");
});

Deno.test("assertRepeatable() lets NaN pass where it is a result", async () => {
  await assertRepeatable((device) => [mul(device.tensor([1, NaN]), 2)], { nan: true });
});

Deno.test("assertRepeatable() names the run and the element that differ", async () => {
  let run = 0;
  await assertRejects(
    () => assertRepeatable((device) => [device.tensor([1, run++ < 4 ? 2 : 3])]),
    Error,
    "element 1 of tensor 0 differs in run 2 with 2 threads",
  );
});
