import { openDevice } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import { assertClose, eachDevice } from "@tare/core/testing";
import { assertEquals, assertRejects } from "@std/assert";
import { calibrate } from "./calibration.ts";
import { sequences, tinyModel } from "./fakes.ts";
import { modelReward, type ResponseToScore } from "./model_reward.ts";
import { rewardScores } from "./score.ts";

const episode: ResponseToScore = {
  ...{ promptId: "p", prompt: "ab", response: "cd", finish: "eos" },
  ...{ promptTokens: Uint32Array.of(9), tokens: Uint32Array.of(9, 9) },
};

await eachDevice(
  Deno.test,
  "modelReward() says what the head says at the last token drawn, raw or calibrated",
  async (device) => {
    const model = tinyModel(device);
    const some = sequences(5);
    const episodes = some.map(({ tokens, start }) => ({
      ...episode,
      ...{ promptTokens: tokens.subarray(0, start), tokens: tokens.subarray(start) },
    }));
    const scores = await rewardScores(device, model, some);
    const reward = modelReward({ device, model, id: "tiny", microTokens: 7 });
    assertEquals([reward.id, await reward(episodes)], ["tiny", scores]);
    const normal = await modelReward({ device, model, id: "tiny", calibration: calibrate(scores) })(episodes);
    const { mean, std } = calibrate(normal);
    assertClose([mean, std], [0, 1], { atol: 1e-5 });
    const [raw, other] = [undefined, { mean: 0, std: 2, samples: 9 }].map((calibration) =>
      modelReward({ device, model, id: "tiny", calibration }).id
    );
    assertEquals([raw, other], ["tiny", "tiny in units of 2 from 0"]); // other numbers, another id
  },
);

/** Letters are ids from 1, 16 begins a text and 0 ends one. */
const letters: Tokenizer = {
  ...{ vocabulary: 17, bos: 16, eos: 0, ends: [0], templateHash: "" },
  encode: (text, { special = false } = {}) => [...special ? [16] : [], ...idsOf(text)],
  encodeCompletion: idsOf,
  decode: () => "",
  renderChat: () => "",
};

function idsOf(text: string): number[] {
  return [...text].map((letter) => letter === "^" ? 16 : letter.charCodeAt(0) - 96);
}

Deno.test("modelReward() with a tokenizer reads the text: begun once, and ended unless it was cut off", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const model = tinyModel(device);
  const reward = modelReward({ device, model, id: "tiny", tokenizer: letters });
  const rewards = await reward([
    episode,
    { ...episode, finish: "length" },
    { ...episode, prompt: "^ab", finish: "stop" }, // a template has begun it
    { promptId: "p", prompt: "ab", response: "cd" }, // texts will do
  ]);
  const expected = await rewardScores(device, model, [
    { tokens: Uint32Array.of(16, 1, 2, 3, 4, 0) },
    { tokens: Uint32Array.of(16, 1, 2, 3, 4) },
    { tokens: Uint32Array.of(16, 1, 2, 3, 4, 0) },
    { tokens: Uint32Array.of(16, 1, 2, 3, 4, 0) },
  ]);
  assertEquals(rewards, expected);
});

Deno.test("modelReward() names the prompt of what the model cannot take", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const reward = modelReward({ device, model: tinyModel(device), id: "tiny" });
  const long = { ...episode, promptId: "long", tokens: new Uint32Array(40) };
  await assertRejects(
    () => reward([episode, long]),
    RangeError,
    'Expected prompt "long" and its response to have from',
  );
  assertEquals(await reward([]), new Float32Array());
  for (const none of [{ tokens: new Uint32Array() }, { promptTokens: new Uint32Array() }]) {
    await assertRejects(() => reward([{ ...episode, ...none }]), RangeError, "give modelReward a tokenizer");
  }
  const texts = { promptId: "p", prompt: "ab", response: "cd" };
  await assertRejects(() => reward([texts]), RangeError, 'Expected ids of prompt "p"');
});
