/** Proximal policy optimisation, as it is done with language models. */
import { adamw, linearWarmup, type Schedule, warmupLinear } from "@tare/core";
import { whiten } from "./advantages.ts";
import { watch } from "./alarms.ts";
import { checkOptions } from "./check.ts";
import { fillPpoConfig, type PpoConfig } from "./config.ts";
import { learnFrom } from "./epochs.ts";
import { estimate } from "./estimate.ts";
import { adaptKl, tokenKl } from "./kl.ts";
import { iterationMetrics } from "./metrics.ts";
import type { PpoOptions } from "./options.ts";
import { logProbsOf, valuesOf } from "./responses.ts";
import { shapeRewards, tokenRewards } from "./reward.ts";
import { rollouts } from "./rollout.ts";
import { scoresOf } from "./scores.ts";
import { begin } from "./state.ts";
import type { PpoStep } from "./step.ts";

/**
 * Trains a policy on a reward.
 *
 * @param options Models, reward, prompts, settings.
 * @returns A step after each iteration.
 * @throws {DivergenceError} If a gradient is no number.
 * @throws {RangeError} If a setting is out of range, a prompt cannot be used, or a reward is no finite number.
 * @throws {TypeError} If models do not go together, or the state is of another kind of run.
 *
 * @example Usage
 * ```ts
 * import { initParams, openDevice, parseConfig } from "@tare/core";
 * import { criticOf, ppo } from "@tare/ppo";
 * import type { Episode } from "@tare/sampler";
 * import { assert } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const model = () => ({ config, params: initParams(device, config, 1) });
 * const count = ({ tokens }: Episode) => tokens.filter((token) => token === 5).length;
 * const scores: number[] = [];
 * const run = ppo({
 *   policy: { device, model: model() },
 *   reference: { device, model: model() },
 *   critic: criticOf({ device, model: model() }),
 *   reward: Object.assign((episodes: readonly Episode[]) => Promise.resolve(Float32Array.from(episodes, count)), {
 *     id: "how often 5 is said",
 *   }),
 *   prompts: [{ id: "a", tokens: [1, 2] }, { id: "b", tokens: [3] }],
 *   config: { iterations: 8, episodes: 16, maxTokens: 4, learningRate: 0.02, criticLearningRate: 0.02 },
 * });
 * for await (const { metrics } of run) scores.push(metrics["objective/scores"]!);
 * assert(scores.at(-1)! > scores[0]! + 0.5);
 * ```
 */
export async function* ppo(options: PpoOptions): AsyncGenerator<PpoStep, void, void> {
  const config = fillPpoConfig(options.config);
  const prompts = checkOptions(options, config);
  const { iterations, rewardScale: scale, rewardClip: clip, missingEosPenalty, klTarget: target } = config;
  const { reward, reference, tokenizer, signal } = options;
  using run = begin(options, config);
  const { policy, critic } = run;
  const rollout = rollouts(policy, prompts, { config, tokenizer });
  const optimizer = adamw({ maxNorm: config.maxNorm, weightDecay: config.weightDecay });
  const [policyRate, criticRate] = [schedule(config, config.learningRate), schedule(config, config.criticLearningRate)];
  let state = run.state;
  while (state.iteration < iterations && !signal?.aborted) {
    const { iteration, klCoefficient } = state;
    const lap = stopwatch();
    // 1. The policy responds to the iteration's prompts; the log-probabilities of its tokens are kept.
    const episodes = await rollout(iteration);
    const rolloutSeconds = lap();
    // 2. The reward function scores the responses.
    const scores = await scoresOf(reward, episodes);
    // 3. Scores become rewards: scaled, clipped, less a penalty where there is no end token.
    const finishes = episodes.map(({ finish }) => finish);
    const shaped = shapeRewards(scores, finishes, { scale, clip, missingEosPenalty }, state.rewardMoments);
    // 4. The reference says how likely it finds the same tokens, and so how far the policy has gone.
    const referenceLogProbs = await logProbsOf(reference, episodes, config);
    const kl = episodes.map(({ logProbs }, i) => tokenKl(logProbs, referenceLogProbs[i]!, config.klEstimator));
    // 5. Every token pays for its divergence; the last one has the reward.
    const rewards = kl.map((kl, i) => tokenRewards(shaped.rewards[i]!, kl, klCoefficient));
    // 6. The critic says what it expected before each token.
    const values = critic ? await valuesOf(critic.placed, critic.learner.params, episodes, config) : undefined;
    const scoreSeconds = lap();
    // 7. How much better than expected was each token?
    const { advantages, returns } = estimate(rewards, values, episodes.map(({ promptId }) => promptId), config);
    const whitened = config.whiten ? whiten(advantages) : advantages;
    // 8. Policy and critic learn from it, in epochs of minibatches.
    const experiences = episodes.map((episode, i) => ({
      ...{ ...episode, advantages: whitened[i]! },
      ...values && returns && { values: values[i]!, returns: returns[i]! },
    }));
    const learning = { policy: iteration < config.criticWarmup ? undefined : policy, critic: critic ?? undefined };
    const [learningRate, criticLearningRate] = [policyRate(iteration), criticRate(iteration)];
    const learned = await learnFrom(learning, experiences, {
      ...{ config, optimizer, learningRate, criticLearningRate, iteration },
    });
    const updateSeconds = lap();
    // 9. β adapts, if it is to.
    const klSums = episodes.map(({ logProbs }, i) => sumOf(tokenKl(logProbs, referenceLogProbs[i]!, "k1")));
    const nextCoefficient = target === undefined
      ? klCoefficient
      : adaptKl(klCoefficient, sumOf(klSums) / klSums.length, {
        ...{ target, horizon: config.klHorizon, episodes: episodes.length },
      });
    // 10. Whoever watches is told.
    const seconds = { rollout: rolloutSeconds, score: scoreSeconds, update: updateSeconds };
    const metrics = {
      ...iterationMetrics({ episodes, scores, rewards, kl: klSums, values, returns, seconds }),
      ...learned,
      ...{ kl_coefficient: klCoefficient, learning_rate: learningRate, reward_scale: shaped.scale },
    };
    const scored = episodes.map((episode, i) => ({
      ...{ ...episode, score: scores[i]!, reward: shaped.rewards[i]!, kl: klSums[i]! },
      advantage: sumOf(advantages[i]!) / advantages[i]!.length,
    }));
    const { alarms, memory } = watch({ metrics, episodes: scored }, state.alarms);
    state = {
      ...{ iteration: iteration + 1, policy: policy.learner, critic: critic?.learner ?? null },
      ...{ klCoefficient: nextCoefficient, rewardMoments: shaped.moments, alarms: memory },
    };
    yield { iteration: state.iteration, iterations, metrics, alarms, episodes: scored, state };
  }
}

const sumOf = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => a + b, 0);

/** Seconds since the last call. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => (-last + (last = performance.now())) / 1000;
}

/** Learning rates, by the number of iterations before. */
function schedule({ iterations, warmup, decay }: PpoConfig, peak: number): Schedule {
  const rise = Math.ceil(warmup * iterations);
  if (decay === "constant") return (iteration) => peak * linearWarmup(rise)(iteration);
  return warmupLinear({ peak, warmup: rise, total: iterations });
}
