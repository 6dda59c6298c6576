import { assertRejects } from "@std/assert";
import { record } from "../autograd/tape.ts";
import { openDevice } from "../device/open.ts";
import type { Tensor } from "../device/tensor.ts";
import { mul } from "../kernels/elementwise/arithmetic.ts";
import { checkOperation } from "./check_operation.ts";

/** Checks an operation that should be 3 · x on [n], with a value and a slope to choose for each element. */
async function check(n: number, value: (at: number) => number, slope: (at: number) => number): Promise<void> {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const factors = (f: (at: number) => number) => device.tensor(Array.from({ length: n }, (_, at) => f(at)));
  await checkOperation(device, (random) => ({
    label: "three times",
    inputs: [{ shape: [n], data: random.normals(n) }],
    run([x]) {
      const y = device.withTape(undefined, () => mul(x!, factors(value)));
      record("three", [x], [y], ([dy], grads) => grads.add(0, mul(dy!, factors(slope)) as Tensor<"f32">));
      return y;
    },
    reference: ([x]) => x!.map((v) => 3 * v),
  }), { count: 2, budget: n > 100 ? 0 : undefined });
}

const three = () => 3;
const except = (place: number, other: number) => (at: number) => at === place ? other : 3;

Deno.test("checkOperation() lets what is right pass", async () => {
  await check(5, three, three);
  await check(4000, three, three);
});

Deno.test("checkOperation() names the case and the element of a wrong value", async () => {
  const message = "Expected output 0 of case 0 (three times) to agree but 1 of 5 elements do not; the worst is at [3]";
  await assertRejects(() => check(5, except(3, 3.001), three), Error, message);
  await assertRejects(() => check(5, except(3, NaN), three), Error, message);
});

Deno.test("checkOperation() names the case and the element of a wrong gradient", async () => {
  const message = "Expected gradient 0 at element 3 of shape [5] of case 0 (three times) to agree";
  await assertRejects(() => check(5, three, except(3, 3.001)), Error, message);
  await assertRejects(() => check(5, three, except(3, NaN)), Error, message);
});

Deno.test("checkOperation() meets every element of a large gradient", async () => {
  const message = "Expected gradient 0 along a line of case 0 (three times) to agree";
  await assertRejects(() => check(4000, three, except(1234, 3.5)), Error, message);
  await assertRejects(() => check(4000, three, except(1234, NaN)), Error, message);
});
