import { initScoreHead, leaves, openDevice } from "@tare/core";
import { assertClose } from "@tare/core/testing";
import { assertEquals, assertThrows } from "@std/assert";
import { criticOf } from "./critic.ts";
import { tinyConfig, tinyModel } from "./fakes.ts";
import { valuesOf } from "./responses.ts";

const episodes = [{ promptTokens: Uint32Array.of(1, 2), tokens: Uint32Array.of(9, 4, 0) }];
const cpu = () => openDevice({ device: "cpu", threads: 1 });

Deno.test("criticOf() a policy expects nothing, and shares no memory with it", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const model = tinyModel(device);
  const critic = criticOf({ device, model });
  const trained = { params: critic.model.params, score: critic.model.score! };
  assertEquals(await valuesOf(critic, trained, episodes, { microTokens: 99 }), [new Float32Array(3)]);
  const theirs = new Set(leaves(model.params).map(({ storage }) => storage));
  assertEquals(leaves(critic.model.params).some(({ storage }) => theirs.has(storage)), false);
  assertEquals(await device.read(leaves(critic.model.params)), await device.read(leaves(model.params)));
});

Deno.test("criticOf() a reward model expects its score, shifted and scaled, whether it has a bias or not", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const model = { ...tinyModel(device), score: initScoreHead(device, tinyConfig, 3) };
  const valuesAt = (options: Parameters<typeof criticOf>[1], score = model.score) => {
    const critic = criticOf({ device, model: { ...model, score } }, options);
    const trained = { params: critic.model.params, score: critic.model.score! };
    return valuesOf(critic, trained, episodes, { microTokens: 99 });
  };
  const [raw] = await valuesAt({});
  assertClose((await valuesAt({ shift: 0.4, scale: 3 }))[0]!, raw!.map((x) => 3 * (x - 0.4)), {
    rtol: 1e-5,
    atol: 1e-6,
  });
  const biased = { ...model.score, bias: device.tensor([0.1]) };
  assertClose((await valuesAt({ shift: 0.4 }, biased))[0]!, raw!.map((x) => x - 0.3), { rtol: 1e-5, atol: 1e-6 });
});

Deno.test("criticOf() with an adapter shares the trunk, and trains adapter and head", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const model = tinyModel(device);
  const critic = criticOf({ device, model }, { adapter: { rank: 2, alpha: 6 }, seed: 4 });
  assertEquals(critic.model.params, model.params);
  assertEquals([critic.adapter!.scale, critic.model.score!.weight.shape], [3, [1, 8]]);
});

Deno.test("criticOf() refuses a shift that is no number, or of no score", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const model = tinyModel(device);
  assertThrows(() => criticOf({ device, model }, { shift: 1 }), RangeError, "for a model without one");
  const rewardModel = { ...model, score: initScoreHead(device, tinyConfig, 3) };
  assertThrows(() => criticOf({ device, model: rewardModel }, { shift: NaN }), RangeError, "but found NaN and 1");
});
