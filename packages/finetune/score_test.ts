import { initAdapter, mapTree, mergeAdapter, openDevice } from "@tare/core";
import { assertClose, eachDevice } from "@tare/core/testing";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sequences, tinyConfig, tinyModel } from "./fakes.ts";
import { rewardScores } from "./score.ts";

await eachDevice(Deno.test, "rewardScores() gives the same bits in any company", async (device) => {
  const model = tinyModel(device);
  const some = sequences(6);
  const [apart, together] = [
    await rewardScores(device, model, some, { microTokens: 1 }),
    await rewardScores(device, model, some.toReversed()),
  ];
  assertEquals(apart, together.toReversed());
  assertEquals(new Set(apart).size, 6);
});

Deno.test("rewardScores() takes an adapter, as if it were merged", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const model = tinyModel(device);
  const { params, scale } = initAdapter(device, tinyConfig, { rank: 2, alpha: 4 }, 1);
  const adapter = { params: mapTree(params, ({ shape }) => device.full(shape, 0.1)), scale };
  const [apart, merged, plain] = [
    await rewardScores(device, model, sequences(4), { adapter }),
    await rewardScores(device, { ...model, params: mergeAdapter(model.params, adapter) }, sequences(4)),
    await rewardScores(device, model, sequences(4)),
  ];
  assertClose(apart, merged, { atol: 1e-4 });
  assertThrows(() => assertClose(apart, plain, { atol: 1e-3 }));
});

Deno.test("rewardScores() refuses an empty sequence", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const bad = [...sequences(1), { tokens: new Uint32Array() }];
  await assertRejects(
    () => rewardScores(device, tinyModel(device), bad),
    RangeError,
    "Expected sequences[1] to have from 1 to 32 tokens",
  );
  assertEquals(await rewardScores(device, tinyModel(device), []), new Float32Array());
});
