import {
  type Device,
  forward,
  initAdapter,
  leaves,
  openDevice,
  type Params,
  predictions,
  tokenBatch,
} from "@tare/core";
import { gatherRows, tokenLogProb } from "@tare/core";
import { assertClose, eachDevice } from "@tare/core/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  assertResumes,
  assertSameGradient,
  outcomeOf,
  sequences,
  sftOptions,
  sftSettings,
  tinyConfig,
  tinyModel,
} from "./fakes.ts";
import { sft, type SftOptions } from "./sft.ts";

const cpu = () => openDevice({ device: "cpu", threads: 1 });

/** The mean negative log-probability of all completions' tokens, one sequence at a time. */
async function meanLoss(device: Device, params: Params, examples: ReturnType<typeof sequences>): Promise<number> {
  using _scope = device.scope();
  const each = examples.map(({ tokens, start }) => {
    const { rows, targets } = predictions(device, [tokens], [start]);
    const hidden = forward(params, tinyConfig, tokenBatch(device, tinyConfig, [tokens]));
    return tokenLogProb(params, gatherRows(hidden, rows), targets).logProb;
  });
  const all = (await device.read(each)).flatMap((row) => [...row]);
  return -all.reduce((a, b) => a + b, 0) / all.length;
}

await eachDevice(
  Deno.test,
  "sft() trains on the mean over the tokens of all completions, and learns them",
  async (device) => {
    const given = sftOptions(device, {
      train: sequences(4),
      config: { ...sftSettings, steps: 12, learningRate: 0.03 },
    });
    const before = await meanLoss(device, given.model.params, sequences(4));
    const { steps } = await outcomeOf(device, sft(given));
    assertClose([steps[0]!.metrics.loss!], [before], { rtol: 1e-5 });
    assert(steps.at(-1)!.metrics.loss! < 0.7 * before, `from ${before} to ${steps.at(-1)!.metrics.loss}`);
    const last = steps.at(-1)!.evaluation!;
    assertClose([last["eval/loss"]!], [await meanLoss(device, given.model.params, sequences(5, 2))], { rtol: 1e-5 });
    assertClose([last["eval/perplexity"]!], [Math.exp(last["eval/loss"]!)], { rtol: 1e-12 });
  },
);

Deno.test("sft() has the gradient of the whole batch whatever the size of its micro-batches", async () => {
  using device = await cpu();
  using _scope = device.scope();
  await assertSameGradient(
    device,
    (config) => sft(sftOptions(device, { config: { ...sftSettings, ...config, batch: 7 }, heldOut: [] })),
  );
});

Deno.test("sft() goes on from the bytes of any state with the same bits", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const whole = await assertResumes(
    device,
    () => sft(sftOptions(device)),
    (state) =>
      sft(sftOptions(device, { model: { config: tinyConfig, ...state.params } as SftOptions["model"], state })),
  );
  assert(whole.steps.some(({ best }) => best));
});

Deno.test("sft() trains an adapter alone, and goes on from any state of it with the same bits", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const model = tinyModel(device);
  const before = await device.read(leaves(model.params));
  const fresh = () => initAdapter(device, tinyConfig, { rank: 2, alpha: 4 }, 3);
  const whole = await assertResumes(
    device,
    () => sft(sftOptions(device, { model, adapter: fresh() })),
    (state) => sft(sftOptions(device, { model, adapter: { params: state.params.adapter!, scale: 2 }, state })),
  );
  assertEquals(await device.read(leaves(model.params)), before);
  assert(whole.steps.at(-1)!.metrics.loss !== whole.steps[0]!.metrics.loss);
});

Deno.test("sft() gives the same bits for any number of threads, with evaluations and without", async () => {
  const outcomes = [];
  for (const [threads, heldOut] of [[1, sequences(5, 2)], [2, undefined]] as const) {
    using device = await openDevice({ device: "cpu", threads });
    using _scope = device.scope();
    outcomes.push(await outcomeOf(device, sft(sftOptions(device, { heldOut }))));
  }
  assertEquals(outcomes[0]!.numbers, outcomes[1]!.numbers);
  assertEquals(outcomes[0]!.steps.map(({ metrics }) => metrics), outcomes[1]!.steps.map(({ metrics }) => metrics));
  assertEquals(outcomes[1]!.steps.map(({ best, evaluation }) => [best, evaluation]), Array(6).fill([false, undefined]));
});

Deno.test("sft() gives the same bits with recompute, with less memory", async () => {
  const [bits, peaks]: [Float32Array[][], number[]] = [[], []];
  for (const recompute of [false, true]) {
    using device = await cpu();
    using _scope = device.scope();
    const config = { ...sftSettings, recompute, microTokens: 1000, batch: 10 };
    bits.push((await outcomeOf(device, sft(sftOptions(device, { config })))).numbers);
    peaks.push(device.stats().peakBytes);
  }
  assertEquals(bits[0], bits[1]);
  assert(peaks[1]! < peaks[0]!, `${peaks}`);
});

Deno.test("sft() evaluates every few steps and at the end, and knows the best evaluation", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const config = { ...sftSettings, steps: 5, learningRate: 0.3, decay: "constant" } as const; // too much: not all are best
  const steps = [];
  for await (const step of sft(sftOptions(device, { config }))) steps.push(step);
  assertEquals(steps.flatMap(({ step, evaluation }) => evaluation ? [step] : []), [2, 4, 5]);
  let best = Infinity;
  for (const { step, evaluation, best: isBest, state } of steps) {
    const loss = evaluation?.["eval/loss"] ?? Infinity;
    assertEquals(isBest, loss < best);
    best = Math.min(best, loss);
    if (isBest) assertEquals(state.best, { step, loss });
  }
});

Deno.test("sft() refuses what it cannot learn from, by its index", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const refuse = (train: SftOptions["train"], message: string) =>
    assertRejects(() => sft(sftOptions(device, { train })).next(), RangeError, message);
  const ids = (...tokens: number[]) => Uint32Array.from(tokens);
  await refuse([], "at least one example");
  await refuse(
    [...sequences(1), { tokens: ids(1, 2), start: 0 }],
    "train[1] to start its completion at a token from 1",
  );
  await refuse([{ tokens: ids(1, 2), start: 2 }], "an empty completion teaches nothing");
  await refuse([{ tokens: ids(1, 17), start: 1 }], "token ids below 17, the model's vocabulary, but found 17");
  await refuse([{ tokens: new Uint32Array(33), start: 1 }], "from 1 to 32 tokens, the model's positions, but found 33");
  const batch = { ...sftSettings, batch: 0 };
  await assertRejects(
    () => sft(sftOptions(device, { config: batch })).next(),
    RangeError,
    "batch of training to be an integer",
  );
});
