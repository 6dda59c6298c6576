/**
 * One iteration of PPO on gpt-5m (policy, critic, reference and reward model, each whole), split into rollout, scoring and
 * update, beside the engine's own time for the same sequences, packed beforehand, in alternation. With the environment
 * variable TARE_PYTHON naming a Python that has TRL, TRL's PPO does the same afterwards (see `ppo_peer.py`).
 *
 *     deno task bench:ppo [--prompts 32] [--prompt-tokens 32] [--max-tokens 96] [--epochs 4] [--iterations 3] [--threads 2]
 */
import { parseArgs } from "@std/cli";
import { accumulateGrads, adamw, copyTree, type Device, forward, gatherRows, initParams, openDevice } from "@tare/core";
import {
  initScoreHead,
  type Params,
  predictions,
  scan,
  score,
  type ScoreHead,
  tokenBatch,
  tokenLogProb,
} from "@tare/core";
import { microBatches } from "@tare/data";
import { rewardScores } from "@tare/finetune";
import { criticOf, policyLoss, ppo, valueLoss } from "@tare/ppo";
import { type Episode, localSampler, type Prompt } from "@tare/sampler";
import { shapes } from "../apps/cli/shapes.ts";
import { table } from "../apps/cli/table.ts";

const config = { ...shapes["gpt-5m"]!, tokens: { eos: [] } }; // every response has all its tokens
const microTokens = 2048;

/** Seconds of each part of an iteration. */
type Parts = Record<"rollout" | "score" | "update", number>;

/** The engine alone: the same passes and updates as an iteration's, of sequences that are on the device beforehand. */
function bareIteration(device: Device, prompts: readonly Prompt[], maxTokens: number, epochs: number) {
  const params = initParams(device, config, 1);
  const [policy, critic] = [copyTree(params), { params: copyTree(params), score: initScoreHead(device, config) }];
  const judge = { config, params, score: initScoreHead(device, config, 2) };
  const sampler = localSampler({ device, config, params: policy, slots: prompts.length });
  const optimizer = adamw({ maxNorm: 1 });
  const moments = { policy: optimizer.init(policy), critic: optimizer.init(critic) };
  return async (draw: number): Promise<Parts> => {
    using _iteration = device.scope();
    const lap = stopwatch();
    const drawn = await Array.fromAsync(sampler.sample(prompts, { maxTokens, seed: 1, draw }));
    const rollout = lap();
    const passes = microBatches(drawn, ({ tokens, promptTokens }) => tokens.length + promptTokens.length, microTokens)
      .map((group) => {
        const sequences = group.map(({ promptTokens, tokens }) => Uint32Array.of(...promptTokens, ...tokens));
        const numbers = Float32Array.from(group.flatMap(({ logProbs }) => [...logProbs]));
        return {
          sequences,
          batch: tokenBatch(device, config, sequences),
          ...predictions(device, sequences, group.map(({ promptTokens }) => promptTokens.length)),
          numbers: device.tensor(numbers),
        };
      });
    type Pass = typeof passes[0];
    const hidden = (params: Params, { batch, rows }: Pass) => gatherRows(forward(params, config, batch), rows);
    lap(); // packing is not the engine's
    await rewardScores(device, judge, passes.flatMap(({ sequences }) => sequences.map((tokens) => ({ tokens }))));
    await scan(device, passes, (pass) => [tokenLogProb(params, hidden(params, pass), pass.targets).logProb]);
    await scan(device, passes, (pass) => [score(critic.score, hidden(critic.params, pass))]);
    const scoring = lap();
    for (let epoch = 0; epoch < epochs; epoch++) {
      using _update = device.scope();
      const first = accumulateGrads(
        (params: Params, pass: Pass) => {
          const { logProb } = tokenLogProb(params, hidden(params, pass), pass.targets);
          return policyLoss({ logProb, old: pass.numbers, advantages: pass.numbers }, { clip: 0.2 }).loss;
        },
        policy,
        passes,
      );
      const { gradNorm } = optimizer.update(policy, first.grads, moments.policy, { learningRate: 1e-5 });
      const second = accumulateGrads(
        (trained: { params: Params; score: ScoreHead }, pass: Pass) => {
          const values = score(trained.score, hidden(trained.params, pass));
          return valueLoss({ values, old: pass.numbers, returns: pass.numbers }, { clip: 0.2 }).loss;
        },
        critic,
        passes,
      );
      const { gradNorm: other } = optimizer.update(critic, second.grads, moments.critic, { learningRate: 1e-5 });
      await device.read([gradNorm, other]);
    }
    return { rollout, score: scoring, update: lap() };
  };
}

function stopwatch(): () => number {
  let last = performance.now();
  return () => (-last + (last = performance.now())) / 1000;
}

/** Seconds of TRL's iterations. */
async function trlSeconds(python: string, numbers: readonly number[]): Promise<number[]> {
  const script = new URL("./ppo_peer.py", import.meta.url).pathname;
  const { stdout, success } = await new Deno.Command(python, {
    args: [script, ...numbers.map(String)],
    env: { TRL_EXPERIMENTAL_SILENCE: "1", HF_HUB_OFFLINE: "1" },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${python} ${script} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const total = ({ rollout, score, update }: Parts) => rollout + score + update;

if (import.meta.main) {
  const args = parseArgs(Deno.args, {
    string: ["prompts", "prompt-tokens", "max-tokens", "epochs", "iterations", "threads"],
    default: { prompts: "32", "prompt-tokens": "32", "max-tokens": "96", epochs: "4", iterations: "3", threads: "2" },
  });
  const [count, length, maxTokens, epochs, iterations] =
    (["prompts", "prompt-tokens", "max-tokens", "epochs", "iterations"] as const)
      .map((name) => Number(args[name])) as [number, number, number, number, number];
  using device = await openDevice({ device: "cpu", threads: Number(args.threads) });
  using _scope = device.scope();
  const prompts = Array.from({ length: count }, (_, i) => ({
    id: `${i}`,
    tokens: Array.from({ length }, (_, t) => (7919 * i + 104729 * t + t * t) % config.vocabulary),
  }));
  const bare = bareIteration(device, prompts, maxTokens, epochs);
  const model = { config, params: initParams(device, config, 1) };
  const reference = { device, model: { config, params: copyTree(model.params) } };
  const judge = { ...reference.model, score: initScoreHead(device, config, 2) };
  const join = ({ promptTokens, tokens }: Episode) => ({ tokens: Uint32Array.of(...promptTokens, ...tokens) });
  const reward = (episodes: readonly Episode[]) => rewardScores(device, judge, episodes.map(join), { microTokens });
  const trainer = ppo({
    ...{ policy: { device, model }, reference, critic: criticOf(reference), prompts },
    reward: Object.assign(reward, { id: "judge" }),
    config: { iterations: iterations + 1, episodes: count, maxTokens, epochs, microTokens, seed: 1 },
  });
  await bare(0); // the first ones warm up
  await trainer.next();
  const rounds: { engine: Parts; trainer: Parts; wall: number }[] = [];
  for (let i = 1; i <= iterations; i++) {
    const engine = await bare(i);
    const began = performance.now();
    const { metrics } = (await trainer.next()).value!;
    const [rollout, score, update] = ["rollout", "score", "update"].map((part) => metrics[`perf/${part}_seconds`]!);
    const wall = (performance.now() - began) / 1000;
    rounds.push({ engine, trainer: { rollout: rollout!, score: score!, update: update! }, wall });
  }
  const of = (pick: (round: typeof rounds[0]) => number) => median(rounds.map(pick)).toFixed(2);
  console.log(table(["part", "engine alone, s", "tare, s", "ratio"], [
    ...(["rollout", "score", "update"] as const).map((part) => [
      ...[part, of(({ engine }) => engine[part]), of(({ trainer }) => trainer[part])],
      of(({ engine, trainer }) => trainer[part] / engine[part]),
    ]),
    [
      ...["iteration", of(({ engine }) => total(engine)), of(({ wall }) => wall)],
      of(({ engine, wall }) => wall / total(engine)),
    ],
  ]));
  const ours = median(rounds.map(({ wall }) => wall));
  const rate = Math.round(count * maxTokens / ours);
  console.log(
    `${count} x ${length} + ${maxTokens} tokens, ${epochs} epochs: ${rate} drawn tokens/s (median of ${iterations})`,
  );
  const python = Deno.env.get("TARE_PYTHON");
  if (python) {
    const theirs = median(
      await trlSeconds(python, [count, length, maxTokens, epochs, iterations, Number(args.threads)]),
    );
    console.log(`TRL: ${theirs.toFixed(2)} s an iteration, ${(theirs / ours).toFixed(2)} times as long`);
  }
}
