import { type Device, forward, gatherRows, initAdapter, openDevice, type Params, predictions } from "@tare/core";
import { tokenBatch, tokenLogProb } from "@tare/core";
import type { Sequence } from "@tare/data";
import { assertClose, eachDevice } from "@tare/core/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { dpo, type DpoOptions } from "./dpo.ts";
import { assertResumes, assertSameGradient, outcomeOf, pairs, tinyConfig, tinyModel } from "./fakes.ts";

const cpu = () => openDevice({ device: "cpu", threads: 1 });
const settings = { batch: 4, steps: 6, learningRate: 0.01, microTokens: 30, evalEvery: 2 };

function options(device: Device, more: Partial<DpoOptions> = {}): DpoOptions {
  return { device, model: tinyModel(device), train: pairs(9), heldOut: pairs(5, 2), config: settings, ...more };
}

/** Log-probabilities of completions, each alone in its batch. */
async function logProbsOf(device: Device, params: Params, sequences: readonly Sequence[]): Promise<number[]> {
  const rows = sequences.map(({ tokens, start }) => {
    const { rows, targets } = predictions(device, [tokens], [start]);
    const hidden = gatherRows(forward(params, tinyConfig, tokenBatch(device, tinyConfig, [tokens])), rows);
    return tokenLogProb(params, hidden, targets).logProb;
  });
  return (await device.read(rows)).map((row) => row.reduce((a, b) => a + b, 0));
}

await eachDevice(
  Deno.test,
  "dpo() begins with the policy as its reference, and prefers what was chosen",
  async (device) => {
    const given = options(device, { train: pairs(4), config: { ...settings, steps: 8, beta: 0.3 } });
    const heldOut = given.heldOut!;
    const sides = heldOut.flatMap(({ chosen, rejected }) => [chosen, rejected]);
    const both = () => logProbsOf(device, given.model.params, sides);
    const before = await both();
    const { steps } = await outcomeOf(device, dpo(given));
    const [first, last] = [steps[0]!.metrics, steps.at(-1)!.metrics];
    assertClose([first.loss!], [Math.log(2)], { atol: 1e-6 });
    assertEquals([first["rewards/margin"], first["rewards/accuracy"]], [0, 0.5]); // the same bits: every pair is a tie
    assert(last["rewards/margin"]! > 0.1 && last.loss! < first.loss!, `to ${last.loss}`);
    const after = await both();
    const gains = after.map((logProb, i) => 0.3 * (logProb - before[i]!));
    const margin = heldOut.reduce((sum, _, i) => sum + (gains[2 * i]! - gains[2 * i + 1]!) / heldOut.length, 0);
    assertClose([steps.at(-1)!.evaluation!["eval/margin"]!], [margin], { atol: 1e-4 });
  },
);

Deno.test("dpo() has the gradient of the whole batch whatever the size of its micro-batches, with either loss", async () => {
  using device = await cpu();
  using _scope = device.scope();
  for (const loss of [{ labelSmoothing: 0.1 }, { loss: "ipo" } as const]) {
    await assertSameGradient(
      device,
      (config) => dpo(options(device, { config: { ...settings, ...loss, ...config }, train: pairs(4), heldOut: [] })),
    );
  }
});

Deno.test("dpo() goes on from the bytes of any state with the same bits, an adapter or not", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const model = tinyModel(device);
  const adapter = () => initAdapter(device, tinyConfig, { rank: 2, alpha: 4 }, 3);
  await assertResumes(
    device,
    () => dpo(options(device)),
    (state) => dpo(options(device, { model: { config: tinyConfig, params: state.params.params! }, state })),
  );
  await assertResumes(
    device,
    () => dpo(options(device, { model, adapter: adapter() })),
    (state) => dpo(options(device, { model, adapter: { params: state.params.adapter!, scale: 2 }, state })),
  );
});

Deno.test("dpo() refuses to go on with other pairs, and to smooth labels for IPO", async () => {
  using device = await cpu();
  using _scope = device.scope();
  for await (const { state } of dpo(options(device))) {
    await assertRejects(
      () => dpo(options(device, { train: pairs(8), state })).next(),
      RangeError,
      "Expected the 9 pairs to train on and 5 held-out pairs of the state but found 8 and 5",
    );
    break;
  }
  const config = { loss: "ipo", labelSmoothing: 0.1 } as const;
  await assertRejects(() => dpo(options(device, { config })).next(), RangeError, "labelSmoothing of training to be 0");
});

Deno.test("dpo() ends without a step if the signal comes while the reference is computed", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const controller = new AbortController();
  const config = { ...settings, microTokens: 1 };
  const given = options(device, { train: pairs(500), config, signal: controller.signal });
  const { blocks } = device.stats();
  setTimeout(() => controller.abort(), 1);
  assertEquals(await Array.fromAsync(dpo(given)), []);
  assertEquals(device.stats().blocks, blocks);
});
