import { initAdapter, leaves, openDevice, type TensorRange } from "@tare/core";
import { assertClose, eachDevice } from "@tare/core/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { criticOf } from "./critic.ts";
import { fullOptions, outcomeOf, prompts, tinyModel } from "./fakes.ts";
import type { PpoOptions } from "./options.ts";
import { ppo } from "./trainer.ts";

const cpu = (threads = 1) => openDevice({ device: "cpu", threads });
const average = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

await eachDevice(
  Deno.test,
  "the first ratio is 1, and before any update the KL is 0, at any temperature",
  async (device) => {
    for (const temperature of [1, 0.7]) {
      using _scope = device.scope();
      const run = ppo(fullOptions(device, { temperature, iterations: 2 }));
      const first = (await run.next()).value!;
      assert(first.metrics["policy/first_ratio_error"]! < 1e-4, `${first.metrics["policy/first_ratio_error"]}`);
      assert(Math.abs(first.metrics["objective/kl"]!) < 1e-3, `${first.metrics["objective/kl"]}`);
      const second = (await run.next()).value!;
      assert(second.metrics["policy/first_ratio_error"]! < 1e-4, `${second.metrics["policy/first_ratio_error"]}`);
      assert(Math.abs(second.metrics["objective/kl"]!) > 1e-3, "the policy has not moved");
      await run.return();
    }
  },
);

for (const advantages of ["gae", "rloo"] as const) {
  Deno.test(`ppo() with ${advantages} raises the reward`, async () => {
    using device = await cpu();
    using _scope = device.scope();
    const { steps } = await outcomeOf(
      device,
      ppo(fullOptions(device, {
        ...{ advantages, iterations: 12, episodes: 32, samplesPerPrompt: 4, microTokens: 1000, learningRate: 0.03 },
        ...{ klCoefficient: 0.01, decay: "constant" },
      })),
    );
    const scores = steps.map(({ metrics }) => metrics["objective/scores"]!);
    assert(average(scores.slice(-3)) > average(scores.slice(0, 3)) + 0.2, `${scores}`);
    assert(steps.every(({ metrics }) => ("loss/value" in metrics) === (advantages === "gae")));
  });
}

Deno.test("ppo() gives the same bits for any number of threads", async () => {
  const outcomes = [];
  for (const threads of [1, 2]) {
    using device = await cpu(threads);
    using _scope = device.scope();
    outcomes.push(await outcomeOf(device, ppo(fullOptions(device))));
  }
  assertEquals(outcomes[0], outcomes[1]);
});

Deno.test("ppo() trains adapters alone, of policy and critic over one trunk, which is the reference", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const model = tinyModel(device);
  const before = await device.read(leaves(model.params));
  const policy = { device, model, adapter: initAdapter(device, model.config, { rank: 2, alpha: 4 }, 1) };
  const critic = criticOf({ device, model }, { adapter: { rank: 2, alpha: 4 }, seed: 2 });
  const ups = () => device.read([policy, critic].map(({ adapter }) => adapter!.params.blocks[1]!.query!.up));
  const { steps } = await outcomeOf(
    device,
    ppo({ ...fullOptions(device), policy, critic, reference: { device, model } }),
  );
  assertEquals(await device.read(leaves(model.params)), before);
  assert((await ups()).every((up) => up.every((x) => x !== 0)));
  assert(Math.abs(steps.at(-1)!.metrics["objective/kl"]!) > 1e-3);
  assert((await critic.model.score!.weight.data()).every((x) => x !== 0));
});

await eachDevice(Deno.test, "an update reads back once, and memory stays the same", async (device) => {
  using _scope = device.scope();
  const readRanges = device.readRanges.bind(device);
  let reads: number[] = [];
  device.readRanges = (ranges: readonly TensorRange[]) => {
    reads.push(ranges.length);
    return readRanges(ranges);
  };
  const counts = [];
  for await (const { metrics } of ppo(fullOptions(device, { samplesPerPrompt: 2 }))) {
    counts.push({ reads: reads.slice(-metrics["updates"]! - 2), ...device.stats() });
    reads = [];
  }
  device.readRanges = readRanges;
  for (const { reads: [reference, values, ...updates] } of counts) { // updates read norms as well: two more than passes
    assert(reference! > 1 && values === reference && updates.length === 4, `${[reference, values, ...updates]}`);
    assert(updates.every((tensors) => tensors > 2 + 5), `${updates}`);
  }
  assertEquals(new Set(counts.map(({ blocks, bytes }) => `${blocks} ${bytes}`)).size, 1);
  assert(counts.at(-1)!.peakBytes <= 1.1 * counts[1]!.peakBytes, "the peak grows");
});

Deno.test("a run that its caller leaves, that ends or that fails leaves nothing on the device", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const options = fullOptions(device);
  const { blocks } = device.stats();
  for await (const { iteration } of ppo(options)) if (iteration === 2) break;
  assertEquals(device.stats().blocks, blocks);
  await outcomeOf(device, ppo(options));
  assertEquals(device.stats().blocks, blocks);
  const fail: PpoOptions["reward"] = Object.assign(() => Promise.reject(new Error("no answer")), { id: "broken" });
  await assertRejects(() => ppo({ ...options, reward: fail }).next(), Error, "no answer");
  assertEquals(device.stats().blocks, blocks);
});

Deno.test("a signal ends the run after the iteration under way, and timers fire during it", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const controller = new AbortController();
  const seen: number[] = [];
  let fired = 0;
  const timer = setInterval(() => fired++, 1);
  for await (const { iteration } of ppo({ ...fullOptions(device, { iterations: 50 }), signal: controller.signal })) {
    seen.push(iteration);
    if (iteration === 3) controller.abort();
  }
  clearInterval(timer);
  assertEquals(seen, [1, 2, 3]);
  assert(fired > 3, `${fired}`);
  assertEquals(await Array.fromAsync(ppo({ ...fullOptions(device), signal: AbortSignal.abort() })), []);
});

Deno.test("the settings do what they say", async (t) => {
  using device = await cpu();
  using _scope = device.scope();
  const run = (config: PpoOptions["config"], more: Partial<PpoOptions> = {}) =>
    outcomeOf(device, ppo({ ...fullOptions(device, config), ...more }));
  const values = (name: string, { steps }: Awaited<ReturnType<typeof run>>) =>
    steps.map(({ metrics }) => metrics[name]);

  await t.step("targetKl ends an iteration's updates", async () => {
    assertEquals(values("updates", await run({})), [4, 4, 4, 4]);
    assert(values("updates", await run({ targetKl: 1e-6 })).every((updates) => updates! === 2), "the second shows it");
  });
  await t.step("criticWarmup leaves the policy alone at first", async () => {
    const { steps } = await run({ criticWarmup: 2 });
    assertEquals(steps.map(({ metrics }) => "loss/policy" in metrics), [false, false, true, true]);
    assert(steps.every(({ metrics }) => metrics["loss/value"]! > 0));
    const kl = steps.map(({ metrics }) => Math.abs(metrics["objective/kl"]!));
    assert(kl[2]! < 1e-3 && kl[3]! > 1e-3, `${kl}`);
  });
  await t.step("entropyCoefficient holds the entropy up", async () => {
    const entropy = (outcome: Awaited<ReturnType<typeof run>>) => values("policy/entropy", outcome).at(-1)!;
    assert(entropy(await run({ entropyCoefficient: 1 })) > entropy(await run({})));
  });
  await t.step("klTarget lets β adapt, within a fifth of n/horizon", async () => {
    const betas = values("kl_coefficient", await run({ klTarget: 100, klHorizon: 80 })) as number[];
    assertClose(betas, [0, 1, 2, 3].map((i) => 0.05 * 0.98 ** i), { rtol: 1e-12 });
  });
  await t.step("learning rates rise and fall by iterations", async () => {
    assertClose(values("learning_rate", await run({ warmup: 0.5 })) as number[], [0.005, 0.01, 0.01, 0.005], {
      rtol: 1e-6,
    });
    assertClose(values("learning_rate", await run({ decay: "constant" })) as number[], Array(4).fill(0.01), {
      rtol: 1e-6,
    });
  });
  await t.step("scale, clip and penalty shape the reward, and scores stay as they were", async () => {
    const { steps: [plain] } = await run({ iterations: 1 });
    const { steps: [step] } = await run({ iterations: 1, rewardScale: 10, rewardClip: 4, missingEosPenalty: 3 });
    assertEquals(step!.episodes.map(({ score }) => score), plain!.episodes.map(({ score }) => score));
    for (const { score, reward, finish } of step!.episodes) {
      assertClose([reward], [Math.min(10 * score, 4) - (finish === "eos" ? 0 : 3)], { rtol: 1e-6 });
    }
    assert(new Set(step!.episodes.map(({ finish }) => finish)).size === 2);
  });
  await t.step("a running scale is one over the deviation of all scores so far", async () => {
    const { steps } = await run({ rewardScale: "running" });
    const scores: number[] = [];
    for (const { metrics, episodes } of steps) {
      scores.push(...episodes.map(({ score }) => score));
      const squares = scores.map((score) => (score - average(scores)) ** 2);
      const deviation = Math.sqrt(squares.reduce((a, b) => a + b, 0) / (scores.length - 1));
      assertClose([metrics.reward_scale!], [1 / deviation], { rtol: 1e-6 });
    }
  });
  await t.step("whiten decides whether advantages have a mean", async () => {
    const once = { iterations: 1, epochs: 1, minibatches: 1 };
    const [white] = values("loss/policy", await run(once));
    assertClose([white!], [0], { atol: 1e-4 }); // every ratio is 1
    const outcome = await run({ ...once, whiten: false });
    const { episodes } = outcome.steps[0]!;
    const tokens = episodes.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const mean = episodes.reduce((sum, { advantage, tokens: { length } }) => sum + advantage * length / tokens, 0);
    assertClose([values("loss/policy", outcome)[0]!], [-mean], { rtol: 1e-3 });
  });
  await t.step("each visit of a prompt brings samplesPerPrompt episodes, side by side", async () => {
    const { steps } = await run({ samplesPerPrompt: 4 });
    const ids = steps.flatMap(({ episodes }) => episodes.map(({ promptId }) => promptId));
    assertEquals(ids.filter((_, i) => i % 4 === 0).flatMap((id) => Array(4).fill(id)), ids);
    assertEquals(new Set(ids).size, 8); // two of ten an iteration
  });
  await t.step("more prompts than there are make several passes", async () => {
    const { steps } = await run({ iterations: 2, episodes: 15 }, { prompts: prompts.slice(0, 5) });
    const ids = steps[0]!.episodes.map(({ promptId }) => promptId).toSorted();
    assertEquals(ids, prompts.slice(0, 5).flatMap(({ id }) => [id, id, id]));
  });
});

Deno.test("metrics and episodes agree with each other", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const { steps } = await outcomeOf(device, ppo(fullOptions(device, { iterations: 2, klCoefficient: 0.3 })));
  for (const { metrics, episodes } of steps) {
    const tokens = episodes.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const close = (name: string, expected: number) =>
      assertClose([metrics[name]!], [expected], { rtol: 1e-4, atol: 1e-6 });
    close("objective/scores", average(episodes.map(({ score }) => score)));
    close("objective/kl", average(episodes.map(({ kl }) => kl)));
    close("objective/rlhf_reward", average(episodes.map(({ reward, kl }) => reward - 0.3 * kl)));
    close("objective/entropy", -episodes.flatMap(({ logProbs }) => [...logProbs]).reduce((a, b) => a + b, 0) / tokens);
    close("eos_rate", episodes.filter(({ tokens }) => tokens.at(-1) === 0).length / episodes.length);
    close("response_length", tokens / episodes.length);
  }
});

Deno.test("a gradient that is no number ends the run with DivergenceError", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const options = fullOptions(device);
  const run = ppo(options);
  await run.next();
  device.write(options.critic.model.score!.weight, new Float32Array(8).fill(1e38));
  await assertRejects(() => run.next(), Error, "PPO diverged at iteration 2: the norm of the critic's gradient");
});
