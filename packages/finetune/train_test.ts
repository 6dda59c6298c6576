import { DivergenceError, leaves, openDevice, type TensorRange } from "@tare/core";
import { eachDevice } from "@tare/core/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { outcomeOf, sequences, sftOptions, sftSettings } from "./fakes.ts";
import { sft, type SftOptions } from "./sft.ts";
import type { TrainingStep } from "./step.ts";

await eachDevice(
  Deno.test,
  "a step reads back once, an evaluation once more, and memory stays the same",
  async (device) => {
    const given = sftOptions(device);
    const readRanges = device.readRanges.bind(device);
    let reads = 0;
    device.readRanges = (ranges: readonly TensorRange[]) => {
      reads++;
      return readRanges(ranges);
    };
    const counts = [];
    for await (const { evaluation } of sft(given)) {
      counts.push({ reads, ...device.stats(), evaluated: evaluation !== undefined });
      reads = 0;
    }
    device.readRanges = readRanges;
    assertEquals(counts.map(({ reads }) => reads), counts.map(({ evaluated }) => evaluated ? 2 : 1));
    assertEquals(new Set(counts.map(({ blocks, bytes }) => `${blocks} ${bytes}`)).size, 1);
    const [{ peakBytes }] = counts.slice(2) as [typeof counts[0]];
    assert(counts.slice(3).every((step) => step.peakBytes <= 1.1 * peakBytes), "the peak grows");
  },
);

Deno.test("a run that its caller leaves, or that has ended, leaves nothing on the device", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const given = sftOptions(device);
  const { blocks } = device.stats();
  for await (const { step } of sft(given)) if (step === 2) break;
  assertEquals(device.stats().blocks, blocks);
  for await (const { step } of sft(given)) void step;
  assertEquals(device.stats().blocks, blocks);
  await sft(given).return();
  assertEquals(device.stats().blocks, blocks);
});

Deno.test("a signal ends the run after the step under way, and timers fire between steps", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const controller = new AbortController();
  const seen: number[] = [];
  setTimeout(() => controller.abort(), 1);
  const config = { ...sftSettings, steps: 5000 };
  for await (const { step } of sft(sftOptions(device, { config, heldOut: [], signal: controller.signal }))) {
    seen.push(step);
  }
  assert(seen.length > 0 && seen.length < 5000, `${seen.length} steps`);
  assertEquals(seen, seen.map((_, i) => i + 1));
  assertEquals(await Array.fromAsync(sft(sftOptions(device, { signal: AbortSignal.abort() }))), []);
});

Deno.test("a gradient that is no number ends the run, and leaves parameters and state as they were", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const given = sftOptions(device, { config: { ...sftSettings, steps: 6, warmup: 0, decay: "constant" }, heldOut: [] });
  const parameters = () => device.read(leaves(given.model.params));
  let last: TrainingStep | undefined;
  let before: Awaited<ReturnType<typeof parameters>> = [];
  const run = async () => {
    for await (const step of sft(given)) {
      last = step;
      if (step.step < 3) continue;
      device.write(given.model.params.norm.weight, new Float32Array(8).fill(NaN));
      before = await parameters();
    }
  };
  const error = await assertRejects(run, DivergenceError, "at step 4: the norm of the gradient is NaN");
  assertEquals([error.step, error.unharmed], [4, true]);
  assertEquals([last!.step, last!.state.optimizer.step], [3, 3]);
  assertEquals(await parameters(), before);
});

Deno.test("a learning rate that is far too large ends the run with DivergenceError", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const config = { ...sftSettings, steps: 200, warmup: 0, decay: "constant", learningRate: 5 } as const;
  await assertRejects(
    () => outcomeOf(device, sft(sftOptions(device, { config }))),
    DivergenceError,
    "lower the learning rate",
  );
});

Deno.test("steps, epochs, learning rate and tokens are what the settings say", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const run = (config: SftOptions["config"]) =>
    Array.fromAsync(sft(sftOptions(device, { config, heldOut: undefined })));
  const two = await run({ batch: 4, epochs: 2, learningRate: 1e-3, warmup: 0.4, decay: "linear", floor: 0.5 });
  assertEquals(two.map(({ step, steps }) => [step, steps]), [1, 2, 3, 4, 5].map((step) => [step, 5]));
  assertEquals(two.at(-1)!.epoch, 2);
  const rates = two.map(({ metrics }) => Math.round(1e6 * metrics.learning_rate!));
  assertEquals(rates, [500, 1000, 1000, 833, 667]);
  const all = sequences(10).reduce((sum, { tokens }) => sum + tokens.length, 0);
  assertEquals(two.reduce((sum, { metrics }) => sum + metrics.tokens!, 0), 2 * all);
  assertEquals((await run({ batch: 100, epochs: 3 })).map(({ epoch, metrics }) => [epoch, metrics.tokens]), [
    ...[1, 2, 3].map((epoch) => [epoch, all]), // at most as many as there are
  ]);
  assertEquals((await run({ epochs: 0.1, batch: 5 })).length, 1);
});
