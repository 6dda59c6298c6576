import { leaves, openDevice, trainableOf, valueAndGrad } from "@tare/core";
import { forward, gatherRows, mean, mul, type Params, predictions, tokenBatch, tokenLogProb } from "@tare/core";
import { assertClose, eachDevice } from "@tare/core/testing";
import { assertEquals, assertRejects } from "@std/assert";
import { tinyConfig, tinyModel } from "./fakes.ts";
import { gradientDistances } from "./gradient_variance.ts";

const episodes = Array.from({ length: 6 }, (_, i) => ({
  promptTokens: Uint32Array.of(1 + i, 3),
  tokens: Uint32Array.of(5, 2 + i, 7, 0).subarray(i % 2),
}));
const advantages = episodes.map(({ tokens }, i) => Float32Array.from(tokens, (_, t) => Math.sin(3 * i + t)));

await eachDevice(
  Deno.test,
  "gradientDistances() is the squared distance of gradients, whatever the micro-batch",
  async (device) => {
    using _scope = device.scope();
    const model = tinyModel(device);
    // The same on the host, from the gradient of each part by itself.
    const gradients: number[][] = [];
    for (let part = 0; part < 3; part++) {
      const own = [2 * part, 2 * part + 1];
      const sequences = own.map((i) => [...episodes[i]!.promptTokens, ...episodes[i]!.tokens]);
      const { grads } = valueAndGrad((params: Params) => {
        const { rows, targets } = predictions(device, sequences, [2, 2]);
        const hidden = gatherRows(forward(params, tinyConfig, tokenBatch(device, tinyConfig, sequences)), rows);
        const { logProb } = tokenLogProb(params, hidden, targets, { temperature: 0.9 });
        return mul(mean(mul(logProb, device.tensor(own.flatMap((i) => [...advantages[i]!])))), -1);
      }, model.params);
      gradients.push((await device.read(leaves(grads))).flatMap((part) => [...part]));
    }
    const middle = gradients[0]!.map((_, j) => gradients.reduce((sum, gradient) => sum + gradient[j]! / 3, 0));
    const expected = gradients.map((gradient) => gradient.reduce((sum, x, j) => sum + (x - middle[j]!) ** 2, 0));
    for (const microTokens of [1000, 1]) {
      const options = { parts: 3, temperature: 0.9, microTokens };
      assertClose(await gradientDistances({ device, model }, episodes, advantages, options), expected, { rtol: 1e-3 });
    }
  },
);

Deno.test("gradientDistances() leaves the policy and the device as they were", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const policy = { device, model: tinyModel(device) };
  const before = await device.read(leaves(trainableOf(policy)));
  const { blocks } = device.stats();
  await gradientDistances(policy, episodes, advantages, { parts: 2 });
  assertEquals(device.stats().blocks, blocks);
  assertEquals(await device.read(leaves(trainableOf(policy))), before);
});

Deno.test("gradientDistances() refuses what has no parts", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const policy = { device, model: tinyModel(device) };
  const refuse = (parts: number | undefined, list: Float32Array[], message: string) =>
    assertRejects(() => gradientDistances(policy, episodes, list, { parts }), RangeError, message);
  await refuse(undefined, advantages, "from 2 to 6 parts, as many as episodes, but found 16");
  await refuse(1, advantages, "but found 1");
  await refuse(2, advantages.slice(1), "6 lists of advantages, one for each episode");
  await refuse(2, advantages.map(() => new Float32Array(9)), "4 advantages, one for each token");
});
