/** Flags of `tare ppo`: what is trained on what, and every setting of PPO. */
import type { PpoConfig } from "@tare/ppo";
import type { Values } from "./flags.ts";
import type { TrainingValues } from "./training_flags.ts";

/** Those that other commands lack. Where a default depends on the rest, the table has none. */
export const ppoFlags = {
  prompts: {
    type: "text",
    value: "FILE|ID",
    help: "prompts to train on; demonstrations and preferences are prompts too",
  },
  model: {
    type: "text",
    value: "DIR|ID",
    help: "policy to begin with, which is also the reference that it is held near",
  },
  baselines: {
    type: "text",
    value: "FILE",
    help: "what tare sample wrote for these prompts with this policy and reward",
  },
  baseline: {
    type: "text",
    choices: ["mean", "median", "max", "min", "dataset", "greedy", "none"],
    help: "what is subtracted from a reward (mean with --baselines; none: they give the scale alone)",
  },
  critic: {
    type: "text",
    choices: ["zero", "reward"],
    default: "zero",
    help: "what the critic begins as: the policy with a head of zeros, or the reward model less the mean baseline",
  },
  context: { type: "integer", min: 1, help: "most tokens of prompt and response (512, or what the models have)" },
  iterations: { type: "integer", min: 1, default: 100, help: "iterations of rollout and update" },
  episodes: { type: "integer", min: 1, default: 64, help: "episodes of an iteration" },
  "samples-per-prompt": { type: "integer", min: 1, default: 1, help: "responses to each prompt of an iteration" },
  "max-tokens": { type: "integer", min: 1, default: 128, help: "most tokens of a response" },
  temperature: { type: "number", min: 0, default: 1, help: "divides logits, in rollouts and in training" },
  epochs: { type: "integer", min: 1, default: 4, help: "how often an iteration's episodes are learned from" },
  minibatches: { type: "integer", min: 1, default: 1, help: "updates of an epoch" },
  "learning-rate": { type: "number", min: 0, default: 1e-5, help: "the policy's highest" },
  "critic-learning-rate": { type: "number", min: 0, default: 1e-5, help: "the critic's highest" },
  decay: { type: "text", choices: ["linear", "constant"], default: "linear", help: "how both fall over the run" },
  warmup: { type: "number", min: 0, max: 1, default: 0, help: "share of the iterations in which they rise" },
  "critic-warmup": {
    type: "integer",
    min: 0,
    default: 0,
    help: "iterations at first in which the critic alone learns",
  },
  advantages: {
    type: "text",
    choices: ["gae", "rloo"],
    default: "gae",
    help: "by a critic, or against the other responses to a prompt",
  },
  gamma: { type: "number", min: 0, max: 1, default: 1, help: "discount of later rewards" },
  lambda: { type: "number", min: 0, max: 1, default: 0.95, help: "weight of longer returns in advantages" },
  "no-whiten": { type: "switch", help: "leave advantages as they are, not whitened over an iteration's tokens" },
  clip: { type: "number", min: 0, max: 1, default: 0.2, help: "ratios beyond 1 ± this teach nothing more" },
  "value-clip": { type: "number", min: 0, default: 0.2, help: "values that moved further teach nothing more" },
  "entropy-coefficient": { type: "number", min: 0, default: 0, help: "weight of the entropy in the policy's loss" },
  "kl-estimator": { type: "text", choices: ["k1", "k3"], default: "k1", help: "of the divergence, a token at a time" },
  "kl-coefficient": {
    type: "number",
    min: 0,
    default: 0.05,
    help: "β: weight of the divergence from the reference in the reward",
  },
  "kl-target": { type: "number", min: 0, help: "nats of an episode that β adapts to; without it β stays" },
  "kl-horizon": { type: "number", min: 0, default: 10000, help: "episodes over which β adapts" },
  "reward-scale": {
    type: "number",
    min: 0,
    help: "rewards times this (with --baselines 1 / deviation of rewards within a prompt, else 1)",
  },
  "running-scale": { type: "switch", help: "divide rewards by their running standard deviation instead" },
  "reward-clip": { type: "number", min: 0, help: "scaled rewards are cut to ± this" },
  "missing-eos-penalty": {
    type: "number",
    min: 0,
    default: 0,
    help: "taken from the reward of an episode without end token",
  },
  "target-kl": {
    type: "number",
    min: 0,
    help: "nats a token from the rollout's policy at which an iteration's updates end",
  },
  "eval-prompts": { type: "text", value: "FILE|ID", help: "prompts to answer, once each, in evaluations" },
  "eval-every": { type: "integer", min: 1, help: "iterations between evaluations (a tenth of the run)" },
  gold: { type: "text", choices: ["world"], help: "also measure by the truth, of the built-in world" },
  "save-every": { type: "integer", min: 1, help: "iterations between checkpoints (a tenth of the run)" },
  keep: {
    type: "text",
    choices: ["best", "last"],
    default: "last",
    help: "the model at the end: highest score on --eval-prompts, or last",
  },
  seed: { type: "integer", min: 0, max: 4294967295, default: 0, help: "decides prompts, responses and minibatches" },
  "skip-bad": { type: "switch", help: "leave malformed rows out and count them" },
} as const;

/** What they say, with those that every trainer has. */
export type PpoValues =
  & Values<typeof ppoFlags>
  & Pick<TrainingValues, "micro-tokens" | "max-norm" | "weight-decay" | "recompute">;

/** The settings of PPO among the flags; what was not given is absent. */
export function ppoConfigOf(values: PpoValues): Partial<PpoConfig> {
  const { iterations, episodes, temperature, epochs, minibatches, decay, warmup, advantages, gamma, lambda, clip } =
    values;
  const config: Partial<PpoConfig> = {
    ...{ iterations, episodes, temperature, epochs, minibatches, decay, warmup, advantages, gamma, lambda, clip },
    ...{ samplesPerPrompt: values["samples-per-prompt"], maxTokens: values["max-tokens"], seed: values.seed },
    ...{ microTokens: values["micro-tokens"], learningRate: values["learning-rate"], recompute: values.recompute },
    ...{ criticLearningRate: values["critic-learning-rate"], criticWarmup: values["critic-warmup"] },
    ...{ whiten: !values["no-whiten"], valueClip: values["value-clip"], maxNorm: values["max-norm"] },
    ...{ entropyCoefficient: values["entropy-coefficient"], klEstimator: values["kl-estimator"] },
    ...{ klCoefficient: values["kl-coefficient"], klTarget: values["kl-target"], klHorizon: values["kl-horizon"] },
    ...{ rewardScale: values["running-scale"] ? "running" : values["reward-scale"], rewardClip: values["reward-clip"] },
    ...{ missingEosPenalty: values["missing-eos-penalty"], targetKl: values["target-kl"] },
    weightDecay: values["weight-decay"],
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}
