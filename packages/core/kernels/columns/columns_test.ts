import { assertEquals, assertThrows } from "@std/assert";
import { assertRepeatable, checkOperation, eachDevice, Random } from "../../testing/mod.ts";
import { sum, valueAndGrad } from "../../mod.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { concatColumns, sliceColumns } from "./columns.ts";
import { concatReference, sliceReference } from "./reference.ts";

await eachDevice(Deno.test, "sliceColumns() and its gradient equal the float64 reference", async (device) => {
  await checkOperation(device, (random) => {
    const [rows, cols] = [random.pick([0, 1, 2, 7, 17]), random.length(129)];
    // Runs that touch, overlap, leave columns out, or are empty.
    const runs = Array.from({ length: random.int(1, 3) }, () => {
      const from = random.int(0, cols);
      return [from, random.int(from, cols)] as const;
    });
    return {
      label: `[${rows}, ${cols}] at ${runs.join(" and ")}`,
      inputs: [{ shape: [1, rows, cols], data: random.normals(rows * cols) }],
      run: ([x]) => runs.map(([from, to]) => sliceColumns(x!, from, to)),
      reference: ([x]) => runs.map(([from, to]) => sliceReference(x!, cols, from, to)),
    };
  }, { budget: 20_000 });
});

await eachDevice(Deno.test, "concatColumns() and its gradients equal the float64 reference", async (device) => {
  await checkOperation(device, (random) => {
    const rows = random.pick([0, 1, 2, 7, 17]);
    const widths = Array.from({ length: random.int(1, 4) }, () => random.pick([0, random.length(65)]));
    const again = random.pick([false, true]); // the first stands there twice
    const list = <T>(xs: readonly T[]) => again ? [...xs, xs[0]!] : xs;
    return {
      label: `${rows} × (${widths.join(" + ")})${again ? ", the first twice" : ""}`,
      inputs: widths.map((cols) => ({ shape: [rows, cols], data: random.normals(rows * cols) })),
      run: (xs) => again ? [concatColumns(list(xs)), mul(xs[0]!, 3)] : concatColumns(xs),
      reference: (xs) => {
        const y = concatReference(list(xs), rows);
        return again ? [y, xs[0]!.map((v) => 3 * v)] : y;
      },
      terms: 3,
    };
  }, { budget: 20_000 });
});

await eachDevice(Deno.test, "columns of more than one part equal the float64 reference", async (device) => {
  const [rows, cols, from, to] = [350, 100, 2, 98];
  await checkOperation(device, (random) => ({
    label: `[${rows}, ${cols}]`,
    inputs: [{ shape: [rows, cols], data: random.normals(rows * cols) }],
    run: ([x]) => concatColumns([sliceColumns(x!, from, to), x!]),
    reference: ([x]) => concatReference([sliceReference(x!, cols, from, to), x!], rows),
    terms: 2,
  }), { count: 1, budget: 0 });
});

Deno.test("columns have the same bits with 1 and 2 threads", async () => {
  const random = new Random(13);
  const [rows, cols] = [300, 170];
  const data = random.normals(rows * cols);
  await assertRepeatable((device) => {
    const { grads, aux } = valueAndGrad((x) => {
      const y = concatColumns([sliceColumns(x, 33, 160), sliceColumns(x, 5, 101)]);
      return [sum(mul(y, mul(y, y))), [y]];
    }, device.tensor(data, [rows, cols]));
    return [...aux, grads];
  });
});

await eachDevice(Deno.test, "sliceColumns() and concatColumns() name what does not fit", (device) => {
  const x = device.zeros([2, 3]);
  assertThrows(
    () => sliceColumns(x, 1, 4),
    RangeError,
    "Cannot slice columns 1 to 4 of a tensor of shape [2,3]: expected integers with 0 ≤ from ≤ to ≤ 3",
  );
  for (const [from, to] of [[-1, 2], [2, 1], [0.5, 2], [0, NaN]] as const) {
    assertThrows(() => sliceColumns(x, from, to), RangeError, `columns ${from} to ${to}`);
  }
  assertThrows(() => sliceColumns(device.zeros([]), 0, 0), RangeError, "shape []");
  assertThrows(() => sliceColumns(device.zeros([2, 3], "i32"), 0, 1), TypeError, "it needs f32; use cast()");
  assertThrows(() => concatColumns([]), RangeError, "expected one at least");
  assertThrows(() => concatColumns([x, device.zeros([3, 3])]), RangeError, "shapes [2,3], [3,3]");
  assertEquals(concatColumns([x]).shape, [2, 3]);
  x.dispose();
  assertThrows(() => concatColumns([x]), TypeError, "disposed tensor of shape [2,3]");
});
