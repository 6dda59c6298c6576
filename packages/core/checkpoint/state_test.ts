import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { valueAndGrad } from "../autograd/grad.ts";
import type { Device } from "../device/device.ts";
import { openDevice } from "../device/open.ts";
import type { Tensor } from "../device/tensor.ts";
import { leaves } from "../device/tree.ts";
import { add, mul, sub } from "../kernels/elementwise/arithmetic.ts";
import { matmul } from "../kernels/matmul/matmul.ts";
import { mean } from "../kernels/reduce/reduce.ts";
import { adamw, type AdamWState } from "../optim/adamw.ts";
import { normal } from "../random/philox.ts";
import { eachDevice } from "../testing/mod.ts";
import { loadState, saveState } from "./state.ts";
import { writeSafetensors } from "./write.ts";

interface Params {
  readonly w: Tensor;
  readonly layers: readonly { readonly b: Tensor }[];
}
interface State {
  readonly params: Params;
  readonly optimizer: AdamWState<Params>;
  readonly key: [number, number];
}

const optimizer = adamw({ maxNorm: 0.5, weightDecay: 0.1 });

/** Steps on data drawn by the state's key and the optimizer's step. */
function train(device: Device, { params, optimizer: state, key }: State, steps: number): void {
  for (let i = 0; i < steps; i++) {
    using _step = device.scope();
    const x = device.tensor(normal(12, key, [state.step, 0, 0, 0]), [4, 3]);
    const { grads } = valueAndGrad((p: Params) => {
      const error = sub(add(matmul(x, p.w), p.layers[0]!.b), 1);
      return mean(mul(error, error));
    }, params);
    optimizer.update(params, grads, state, { learningRate: 0.1 });
  }
}

await eachDevice(Deno.test, "a run that was saved and loaded goes on to the same bits", async (device) => {
  const start = (): State => {
    const params = { w: device.tensor(normal(6, [3, 1]), [3, 2]), layers: [{ b: device.zeros([2]) }] };
    return { params, optimizer: optimizer.init(params), key: [7, 2 ** 32 - 1] };
  };
  const [straight, cut] = [start(), start()];
  train(device, straight, 5);
  train(device, cut, 3);
  const file = await new Response(saveState(cut)).blob();
  const resumed = await loadState<State>(device, file);
  assertEquals([resumed.optimizer.step, resumed.key], [3, cut.key]);
  train(device, resumed, 2);
  const all = ({ params, optimizer: { m, v } }: State) => leaves({ params, m, v });
  const data = await device.read([...all(straight), ...all(resumed)]);
  assertEquals(data.slice(6), data.slice(0, 6));
});

Deno.test("saveState() keeps every plain value, and stores a tensor that stands twice once", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const shared = device.tensor(Uint32Array.of(1, 2 ** 32 - 1));
  const state = {
    ...{ a: shared, list: [shared, null, [], {}, "“x”", 0.1, -1e-300, true] },
    ...{ absent: undefined, empty: device.zeros([0, 2], "i32"), scalar: device.full([], 3) },
  };
  const again = await loadState<typeof state>(device, await new Response(saveState(state)).blob());
  assertEquals(Object.keys(again), ["a", "list", "empty", "scalar"]);
  assertEquals(again.list.slice(1), state.list.slice(1));
  assertEquals(again.list[0], again.a); // the very same
  assertEquals([await again.a.data(), await again.scalar.item()], [await shared.data(), 3]);
  assertEquals([again.empty.shape, again.empty.dtype], [[0, 2], "i32"]);
  assertEquals(device.stats().blocks, 6);
});

Deno.test("saveState() refuses what would not come back", () => {
  assertThrows(() => saveState({ a: { b: NaN } }), TypeError, 'Cannot save "a.b" in a training state');
  assertThrows(() => saveState({ a: [() => 1] }), TypeError, '"a.0"');
  assertThrows(() => saveState({ a: new Map() }), TypeError, "but found Map");
  assertThrows(() => saveState({ a: 1n }), TypeError, "but found bigint");
  assertThrows(() => saveState({ $tensor: "x" }), TypeError, "but found Object");
});

Deno.test("loadState() refuses other files", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const x = device.zeros([1]);
  const file = (metadata?: Record<string, string>) =>
    new Response(writeSafetensors([{ name: "x", parts: [x] }], { metadata })).blob();
  const format = "tare-state";
  const deep = '{"a":'.repeat(300_000) + "1" + "}".repeat(300_000);
  const notes = [{ format, state: deep }, undefined, { format: "pt" }, { format }, { format, state: "{" }, {
    format,
    state: '{"$tensor":"y"}',
  }];
  for (const metadata of notes as (Record<string, string> | undefined)[]) {
    const blob = await file(metadata);
    await assertRejects(
      () => loadState(device, blob, "state.safetensors"),
      SyntaxError,
      "Cannot read state.safetensors: it is",
    );
  }
  await assertRejects(() => loadState(device, new Blob(["no"]), "s"), RangeError, "Cannot read s as safetensors");
  assertEquals(device.stats().blocks, 1);
});
