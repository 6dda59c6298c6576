import {
  type Device,
  forward,
  gatherRows,
  initAdapter,
  initScoreHead,
  openDevice,
  score,
  tokenBatch,
} from "@tare/core";
import { assertClose, eachDevice } from "@tare/core/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { assertResumes, assertSameGradient, outcomeOf, pairs, ratings, tinyConfig, tinyModel } from "./fakes.ts";
import { reward, type RewardOptions } from "./reward.ts";
import { type RewardModel, rewardScores } from "./score.ts";

const cpu = () => openDevice({ device: "cpu", threads: 1 });
const settings = { batch: 4, steps: 6, learningRate: 0.02, microTokens: 30, evalEvery: 2 };

type Given = Extract<RewardOptions, { train: readonly { chosen: unknown }[] }>;

function options(device: Device, more: Partial<Given> = {}): Given {
  return { device, model: tinyModel(device), train: pairs(9), heldOut: pairs(5, 2), config: settings, ...more };
}

/** The score of one sequence's last token, alone in its batch. */
async function scoreOf(device: Device, model: RewardModel, tokens: Uint32Array): Promise<number> {
  using _scope = device.scope();
  const hidden = forward(model.params, tinyConfig, tokenBatch(device, tinyConfig, [tokens]));
  return await score(model.score, gatherRows(hidden, device.tensor(Uint32Array.of(tokens.length - 1)))).item();
}

await eachDevice(
  Deno.test,
  "reward() learns which completion is better, from the scores of last tokens",
  async (device) => {
    const given = options(device, { train: pairs(4), config: { ...settings, steps: 10, centring: 0.1 } });
    const all: number[][] = [];
    for (const { chosen, rejected, margin } of pairs(4)) {
      const [r, s] = [
        await scoreOf(device, given.model, chosen.tokens),
        await scoreOf(device, given.model, rejected.tokens),
      ];
      all.push([r, s, Math.log1p(Math.exp(-(r - s - margin))) + 0.1 * (r + s) ** 2]);
    }
    const mean = (column: number) => all.reduce((sum, row) => sum + row[column]! / all.length, 0);
    const { steps } = await outcomeOf(device, reward(given));
    const [first, last] = [steps[0]!.metrics, steps.at(-1)!.metrics];
    const found = [first["rewards/chosen"]!, first["rewards/rejected"]!, first.loss!, first["rewards/margin"]!];
    assertClose(found, [mean(0), mean(1), mean(2), mean(0) - mean(1)], { atol: 1e-5 });
    assert(last.loss! < 0.7 * first.loss!, `from ${first.loss} to ${last.loss}`);
    assertEquals(last["rewards/accuracy"], 1);
    const heldOut = pairs(5, 2);
    const chosen = await rewardScores(device, given.model, heldOut.map(({ chosen }) => chosen));
    const rejected = await rewardScores(device, given.model, heldOut.map(({ rejected }) => rejected));
    const won = chosen.reduce((sum, r, i) => sum + Number(r > rejected[i]!), 0);
    assertClose([steps.at(-1)!.evaluation!["eval/accuracy"]!], [won / 5], { atol: 1e-12 });
  },
);

await eachDevice(Deno.test, "reward() is regressed on ratings", async (device) => {
  const given = { ...options(device), train: ratings(4), heldOut: ratings(3, 2), config: { ...settings, steps: 10 } };
  const before = await rewardScores(device, given.model, given.train);
  const loss = before.reduce((sum, r, i) => sum + (r - given.train[i]!.rating) ** 2 / 4, 0);
  const { steps } = await outcomeOf(device, reward(given));
  assertClose([steps[0]!.metrics.loss!], [loss], { rtol: 1e-4 });
  assert(steps.at(-1)!.metrics.loss! < 0.5 * loss, `from ${loss} to ${steps.at(-1)!.metrics.loss}`);
  const after = await rewardScores(device, given.model, given.heldOut);
  const error = after.reduce((sum, r, i) => sum + (r - given.heldOut[i]!.rating) ** 2 / 3, 0);
  assertClose([steps.at(-1)!.evaluation!["eval/loss"]!], [error], { rtol: 1e-4 });
});

Deno.test("reward() has the gradient of the whole batch whatever the size of its micro-batches", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const more = (config: object) => ({ config: { ...settings, ...config, batch: 7 }, heldOut: [] });
  await assertSameGradient(device, (config) => reward(options(device, more({ ...config, centring: 0.1 }))));
  await assertSameGradient(device, (config) => reward({ ...options(device), ...more(config), train: ratings(9) }));
});

Deno.test("reward() goes on from the bytes of any state with the same bits, an adapter or not", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const { params } = tinyModel(device);
  const model = (state?: { params: { score?: RewardModel["score"] } }): RewardModel => ({
    ...{ config: tinyConfig, params },
    score: state?.params.score ?? tinyModel(device).score,
  });
  const adapter = () => initAdapter(device, tinyConfig, { rank: 2, alpha: 4 }, 3);
  await assertResumes(
    device,
    () => reward(options(device)),
    (state) => reward(options(device, { model: { config: tinyConfig, ...state.params } as RewardModel, state })),
  );
  await assertResumes(
    device,
    () => reward(options(device, { model: model(), adapter: adapter() })),
    (state) =>
      reward(
        options(device, { model: model(state), adapter: { params: state.params.adapter!, scale: 2 }, state }),
      ),
  );
});

Deno.test("reward() refuses margins and ratings that are no numbers, and centring of ratings", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const { model } = options(device);
  const train = [...ratings(2), { ...ratings(1)[0]!, rating: NaN }];
  await assertRejects(() => reward({ device, model, train }).next(), RangeError, "train[2] to have a finite rating");
  const heldOut = [{ ...pairs(1)[0]!, margin: Infinity }];
  await assertRejects(
    () => reward(options(device, { heldOut })).next(),
    RangeError,
    "heldOut[0] to have a finite margin",
  );
  const config = { centring: 0.1 };
  await assertRejects(() => reward({ device, model, train: ratings(2), config }).next(), RangeError, "no centring");
});

Deno.test("reward() from ratings goes on where a batch of one begins with what the model knows by chance", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const train = ratings(12).map((example, i) => ({ ...example, rating: i % 4 === 0 ? 0.001 : 1 }));
  for (const seed of [7, 8, 9]) {
    const model = { ...tinyModel(device), score: initScoreHead(device, tinyConfig) }; // scores of 0
    const { steps } = await outcomeOf(
      device,
      reward({ device, model, train, config: { batch: 1, learningRate: 1e-5, seed } }),
    );
    assertEquals(steps.length, 12);
  }
});
