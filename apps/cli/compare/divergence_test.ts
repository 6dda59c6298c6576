import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Device, initParams, mapTree, type Model, mul, openDevice, parseConfig } from "@tare/core";
import { eachDevice } from "@tare/core/testing";
import { type Episode, episodeOf, localSampler } from "@tare/sampler";
import { divergences } from "./divergence.ts";

const config = parseConfig({
  ...{ model_type: "llama", vocab_size: 7, hidden_size: 8, intermediate_size: 16, num_hidden_layers: 1 },
  ...{ num_attention_heads: 2, max_position_embeddings: 16, eos_token_id: 0 },
});
const { signal } = new AbortController();

eachDevice(
  Deno.test,
  "divergences() of a model from itself are 0, at any temperature and budget of tokens",
  async (device) => {
    using _scope = device.scope();
    const model: Model = { config, params: initParams(device, config, 3) };
    for (const [temperature, microTokens] of [[1, 64], [0.7, 5]] as const) {
      const episodes = await draw(model, device, 6, { temperature });
      for (const kl of await divergences(device, model, episodes, { temperature, microTokens, signal })) {
        assertAlmostEquals(kl, 0, 1e-4);
      }
    }
  },
);

Deno.test("divergences() have the KL as their mean, summed over all responses of one token", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const [policy, reference] = [1, 2].map((seed): Model => {
    return { config, params: mapTree(initParams(device, config, seed), (tensor) => mul(tensor, 3)) }; // of strong opinions
  });
  // Every token once: weighted by p they give Σ p log p / q exactly.
  const all = Array.from({ length: config.vocabulary }, (_, token): Episode => ({
    ...{ promptId: `${token}`, prompt: "", response: "", finish: "length" },
    ...{ promptTokens: Uint32Array.of(3, 4), tokens: Uint32Array.of(token), logProbs: new Float32Array(1) },
  }));
  const options = { temperature: 1, microTokens: 64, signal };
  const logP = (await divergences(device, policy!, all, options)).map((kl) => -kl); // drawn with log-probability 0
  const logQ = (await divergences(device, reference!, all, options)).map((kl) => -kl);
  assertAlmostEquals(logP.reduce((sum, x) => sum + Math.exp(x), 0), 1, 1e-5);
  const exact = logP.reduce((sum, x, i) => sum + Math.exp(x) * (x - logQ[i]!), 0);
  assert(exact > 0.05, `the models are too alike: ${exact}`);
  const episodes = await draw(policy!, device, 2000, { maxTokens: 1 });
  const found = await divergences(device, reference!, episodes, options);
  assertEquals(found.length, 2000);
  const [mean, square] = [average(found), average(found.map((kl) => kl ** 2))];
  assertAlmostEquals(mean, exact, 4 * Math.sqrt((square - mean ** 2) / 2000));
});

/** Completions of the prompt 3 4. */
async function draw(model: Model, device: Device, n: number, options: { temperature?: number; maxTokens?: number }) {
  const prompt = { id: "p", tokens: [3, 4] };
  const completions = await Array.fromAsync(
    localSampler({ device, ...model }).sample([prompt], { n, maxTokens: 8, seed: 1, ...options }),
  );
  return completions.map((completion) => episodeOf(prompt, completion));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
