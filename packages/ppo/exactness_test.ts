/**
 * Whole runs of PPO against the same runs in PyTorch, which `tools/export_ppo.py` computed in float64 without anything of
 * ours: the same tokens drawn, and from them rewards, advantages, the losses of each minibatch and the weights after each
 * iteration of epochs and minibatches. Ours take several micro-batches to a minibatch.
 */
import { adamw, type Device, entriesOf, type Model, type Tensor } from "@tare/core";
import { assertClose, eachDevice } from "@tare/core/testing";
import { assertEquals } from "@std/assert";
import { gae, rloo, whiten } from "./advantages.ts";
import { type ExpectedRun, modelOf, optionsOf, type ReadFixture } from "./fixtures/runs.ts";
import { tokenKl } from "./kl.ts";
import { cutMinibatches, episodeOrder } from "./minibatches.ts";
import { type RewardMoments, shapeRewards, tokenRewards } from "./reward.ts";
import { begin } from "./state.ts";
import { ppo } from "./trainer.ts";
import { update } from "./update.ts";

const read: ReadFixture = async (path) => new Blob([await Deno.readFile(new URL(`fixtures/${path}`, import.meta.url))]);
const close = { atol: 1e-5, rtol: 1e-5 };
const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Compares numbers by their names. */
function assertNumbers(found: Record<string, number>, expected: Record<string, number>, where: string): void {
  for (const [name, value] of Object.entries(expected)) {
    assertClose([found[name]!], [value], { ...close, what: `${name} of ${where}` });
  }
}

/** Compares a model with the weights that PyTorch has after some iterations. */
async function assertWeights(device: Device, ours: Model, folder: string, file: string): Promise<void> {
  const weightsOf = ({ params, score }: Model) => entriesOf(score ? { params, score } : { params });
  const theirs = new Map(weightsOf(await modelOf(device, read, folder, file)));
  const mine = weightsOf(ours);
  assertEquals(mine.length, theirs.size);
  const tensors = [...mine.map(([, tensor]) => tensor), ...mine.map(([path]) => theirs.get(path)!)];
  const numbers = await device.read(tensors as Tensor<"f32">[]);
  mine.forEach(([path, { shape }], i) => {
    assertClose(numbers[i]!, numbers[mine.length + i]!, { atol: 1e-5, shape, what: `${path} of ${file}` });
  });
}

for (const name of ["gae", "rloo"]) {
  const run: ExpectedRun = JSON.parse(await (await read(`${name}.json`)).text());
  const { config } = run;

  await eachDevice(Deno.test, `ppo() with ${name} is, after each iteration, where PyTorch is`, async (device) => {
    const options = await optionsOf(device, read, run);
    let iteration = 0;
    for await (const { episodes, metrics } of ppo(options)) {
      const expected = run.iterations[iteration++]!;
      assertEquals(
        episodes.map(({ promptId, tokens }) => ({ promptId, tokens: [...tokens] })),
        expected.episodes.map(({ promptId, tokens }) => ({ promptId, tokens })),
      );
      episodes.forEach((episode, i) => {
        const { logProbs, score, reward, kl, advantages } = expected.episodes[i]!;
        const where = `episode ${i} of iteration ${iteration}`;
        assertClose(episode.logProbs, logProbs, { ...close, what: `log-probabilities of ${where}` });
        const { score: ourScore, reward: ourReward, kl: ourKl, advantage } = episode;
        const found = { score: ourScore, reward: ourReward, kl: ourKl, advantage };
        assertNumbers(found, { score, reward, kl, advantage: mean(advantages) }, where);
      });
      const names = Object.keys(expected.updates[0]!);
      const updates = Object.fromEntries(names.map((name) => [name, mean(expected.updates.map((x) => x[name]!))]));
      assertNumbers(metrics, { ...expected.metrics, ...updates }, `iteration ${iteration}`);
      await assertWeights(device, options.policy.model, "policy", `${name}_policy_${iteration}.safetensors`);
      if (!options.critic) continue;
      await assertWeights(device, options.critic.model, "critic", `${name}_critic_${iteration}.safetensors`);
    }
    assertEquals(iteration, config.iterations);
  });

  await eachDevice(Deno.test, `update() with ${name} has PyTorch's losses for each minibatch`, async (device) => {
    using students = begin(await optionsOf(device, read, run), config);
    const learning = { policy: students.policy, critic: students.critic ?? undefined };
    const optimizer = adamw({ maxNorm: config.maxNorm, weightDecay: config.weightDecay });
    for (const [iteration, { episodes, metrics, updates }] of run.iterations.entries()) {
      const experiences = episodes.map(({ promptTokens, tokens, logProbs, learned, values, returns }) => ({
        ...{ promptTokens: Uint32Array.from(promptTokens), tokens: Uint32Array.from(tokens) },
        ...{ logProbs: Float32Array.from(logProbs), advantages: Float32Array.from(learned) },
        ...values && returns && { values: Float32Array.from(values), returns: Float32Array.from(returns) },
      }));
      const learningRate = metrics.learning_rate!;
      const criticLearningRate = config.criticLearningRate * learningRate / config.learningRate;
      const minibatches = Array.from({ length: config.epochs }, (_, epoch) => {
        const order = episodeOrder({ seed: config.seed, episodes: episodes.length, epoch, iteration });
        return cutMinibatches(order, config.minibatches);
      }).flat();
      assertEquals(minibatches.length, updates.length);
      for (const [i, minibatch] of minibatches.entries()) {
        const chosen = Array.from(minibatch, (at) => experiences[at]!);
        const numbers = await update(learning, chosen, { config, optimizer, learningRate, criticLearningRate });
        assertNumbers(numbers, updates[i]!, `update ${i + 1} of iteration ${iteration + 1}`);
      }
    }
  });

  Deno.test(`the functions between rollout and update have PyTorch's numbers, with ${name}`, () => {
    let moments: RewardMoments | null = null;
    for (const { episodes, metrics } of run.iterations) {
      const numbers = (key: "logProbs" | "referenceLogProbs" | "values" | "tokenRewards" | "advantages") =>
        episodes.map((episode) => Float32Array.from(episode[key]!));
      const shape = { scale: config.rewardScale, clip: config.rewardClip, missingEosPenalty: config.missingEosPenalty };
      const finishes = episodes.map(({ tokens }) => tokens.at(-1) === 0 ? "eos" : "length");
      const shaped = shapeRewards(Float32Array.from(episodes, ({ score }) => score), finishes, shape, moments);
      moments = shaped.moments;
      assertClose(shaped.rewards, episodes.map(({ reward }) => reward));
      const references = numbers("referenceLogProbs");
      const kl = numbers("logProbs").map((logProbs, i) => tokenKl(logProbs, references[i]!, config.klEstimator));
      const rewards = kl.map((kl, i) => tokenRewards(shaped.rewards[i]!, kl, metrics.kl_coefficient!));
      rewards.forEach((found, i) => assertClose(found, episodes[i]!.tokenRewards));
      if (config.advantages === "rloo") {
        const totals = Float32Array.from(rewards, (rewards) => rewards.reduce((sum, x) => sum + x, 0));
        assertClose(rloo(totals, episodes.map(({ promptId }) => promptId)), episodes.map((x) => x.advantages[0]!));
        continue;
      }
      const values = numbers("values");
      numbers("tokenRewards").forEach((rewards, i) => {
        const { advantages, returns } = gae(rewards, values[i]!, config);
        assertClose(advantages, episodes[i]!.advantages);
        assertClose(returns, episodes[i]!.returns!);
      });
      whiten(numbers("advantages")).forEach((found, i) => assertClose(found, episodes[i]!.learned));
    }
  });
}
