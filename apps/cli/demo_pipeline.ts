/** The pipeline of `tare demo`: the whole of RLHF with contrastive rewards on the preference world. */

/** How much of everything, and what it takes of the time in seconds on two cores. */
interface Amounts {
  readonly world: object;
  readonly sft: object;
  readonly reward: object;
  readonly k: number;
  readonly ppo: object;
  readonly dpo: object;
  readonly bestOf: number;
  readonly shares: Readonly<Record<"sft" | "reward" | "sample" | "ppo" | "dpo" | "eval", number>>;
}

/** Settings that were found on seeds 10 to 12. */
const whole: Amounts = {
  world: { demonstrations: 4000, pairs: 4000, prompts: 512, heldOut: 256 },
  sft: { size: "d96", epochs: 4, batch: 16, learningRate: 3e-3, weightDecay: 0.1 },
  reward: { epochs: 1, batch: 16, learningRate: 1e-3 },
  k: 5,
  ppo: { iterations: 40, episodes: 64, epochs: 2, learningRate: 5e-4, criticLearningRate: 1e-3, klCoefficient: 0.2 },
  dpo: { steps: 60, batch: 32, learningRate: 3e-4 },
  bestOf: 16,
  shares: { sft: 39, reward: 31, sample: 7, ppo: 68, dpo: 15, eval: 20 },
};

/** A quarter of it. */
const fast: Amounts = {
  world: { demonstrations: 2000, pairs: 1500, prompts: 128, heldOut: 96 },
  sft: { size: "d64", epochs: 3, batch: 16, learningRate: 3e-3, weightDecay: 0.1 },
  reward: { epochs: 1, batch: 16, learningRate: 1e-3 },
  k: 4,
  ppo: { iterations: 12, episodes: 48, epochs: 2, learningRate: 1e-3, criticLearningRate: 1e-3, klCoefficient: 0.2 },
  dpo: { steps: 20, batch: 32, learningRate: 3e-4 },
  bestOf: 4,
  shares: { sft: 9, reward: 7, sample: 2, ppo: 9, dpo: 3, eval: 3 },
};

/** Most tokens of a prompt and its response; and of a response. */
const [context, maxTokens] = [96, 64];

/** What the demo's `pipeline.json` holds; paths are relative to its folder. */
export function demoPipeline(seed: number, isFast: boolean): object {
  const { world, sft, reward, k, ppo, dpo, bestOf, shares } = isFast ? fast : whole;
  const learning = { context, heldOut: 0.03, evalEvery: 10000, seed }; // nothing is chosen by held-out losses
  const policies = ["sft", "dpo", "ppo", "contrastive"].map((name) => `${name}=${name}`);
  const arm = {
    ...{ command: "ppo", share: shares.ppo, prompts: "world/prompts.jsonl", model: "sft", reward: "reward" },
    ...{ baselines: "baselines.jsonl", ...ppo, maxTokens, context, gold: "world" },
    ...{ evalPrompts: "world/held_out_prompts.jsonl", evalEvery: isFast ? 3 : 5, seed },
  };
  return {
    out: ".",
    stages: [
      { name: "world", command: "world", share: 1, seed, ...world },
      {
        ...{ name: "sft", command: "sft", share: shares.sft, data: "world/demonstrations.jsonl", tokenizer: "world" },
        ...{ ...sft, ...learning },
      },
      [
        {
          ...{ name: "reward", command: "reward", share: shares.reward, data: "world/preferences.jsonl", model: "sft" },
          ...{ ...reward, ...learning },
        },
        {
          ...{ name: "judge", command: "reward", share: shares.reward, data: "world/judge_preferences.jsonl" },
          ...{ model: "sft", ...reward, ...learning, seed: seed + 1 },
        },
      ],
      {
        ...{ name: "baselines", command: "sample", share: shares.sample, out: "baselines.jsonl", model: "sft" },
        ...{ reward: "reward", prompts: "world/prompts.jsonl", k, maxTokens, context, seed },
      },
      [{ name: "ppo", baseline: "none", ...arm }, { name: "contrastive", baseline: "mean", ...arm }],
      {
        ...{ name: "dpo", command: "dpo", share: shares.dpo, data: "world/preferences.jsonl", model: "sft" },
        ...{ ...dpo, ...learning },
      },
      {
        ...{ name: "eval", command: "eval compare", share: shares.eval, policies, maxTokens, context, seed },
        ...{ prompts: "world/held_out_prompts.jsonl", gold: "world", judge: "judge", reward: "reward", bestOf },
      },
      {
        ...{ name: "report", command: "report", share: 1, folders: ["."], out: "report.html" },
        title: `Contrastive rewards on the preference world, seed ${seed}`,
      },
    ],
  };
}
