import { assertEquals, assertThrows } from "@std/assert";
import { fillPpoConfig, type PpoConfig, ppoDefaults } from "./config.ts";

Deno.test("fillPpoConfig() fills in the defaults, which are allowed themselves", () => {
  assertEquals(fillPpoConfig(), ppoDefaults);
  assertEquals(fillPpoConfig({ clip: undefined, klTarget: 6 }), { ...ppoDefaults, klTarget: 6 });
});

Deno.test("fillPpoConfig() refuses each setting out of its range, by name", () => {
  const wrong: Readonly<Record<keyof PpoConfig, unknown>> = {
    ...{ iterations: 0, episodes: 1.5, samplesPerPrompt: 0, maxTokens: 0, temperature: 0 },
    ...{ epochs: 0, minibatches: 0, microTokens: -1 },
    ...{ learningRate: NaN, criticLearningRate: 0, decay: "cosine", warmup: 2, criticWarmup: -1 },
    ...{ advantages: "grpo", gamma: 1.1, lambda: -0.1, whiten: 1, clip: 1, valueClip: 0, entropyCoefficient: -1 },
    ...{ klEstimator: "k2", klCoefficient: -1, klTarget: 0, klHorizon: 0 },
    ...{ rewardScale: "auto", rewardClip: 0, missingEosPenalty: -1, targetKl: 0 },
    ...{ maxNorm: 0, weightDecay: -1, recompute: "no", seed: -1 },
  };
  for (const [name, value] of Object.entries(wrong)) {
    assertThrows(() => fillPpoConfig({ [name]: value }), RangeError, `Expected ${name} of PPO to be`);
  }
});

Deno.test("fillPpoConfig() allows what turns something off", () => {
  const off = {
    valueClip: Infinity,
    rewardClip: Infinity,
    maxNorm: Infinity,
    klCoefficient: 0,
    rewardScale: "running",
  };
  assertEquals(fillPpoConfig(off as Partial<PpoConfig>).valueClip, Infinity);
});

Deno.test("fillPpoConfig() refuses settings that contradict each other, and filters, which PPO has not", () => {
  const cases: [Partial<PpoConfig>, string][] = [
    [{ episodes: 9, samplesPerPrompt: 2 }, "episodes of PPO to be a multiple of samplesPerPrompt, 2, but found 9"],
    [{ episodes: 4, minibatches: 5 }, "minibatches of PPO to be at most its 4 episodes but found 5"],
    [{ advantages: "rloo" }, "samplesPerPrompt of PPO to be 2 or more with the advantages rloo"],
    [{ advantages: "rloo", samplesPerPrompt: 2, criticWarmup: 1 }, "criticWarmup of PPO to be 0 with the advantages"],
    [{ criticWarmup: 3, iterations: 3 }, "criticWarmup of PPO to be below its 3 iterations but found 3"],
    [{ episodes: 2 ** 20 + 1 }, "episodes of PPO to be an integer from 1 to 1048576 but found 1048577"],
    [{ klTarget: 1, klCoefficient: 0 }, "klCoefficient of PPO to be above 0 with a klTarget"],
    [{ topK: 5 } as Partial<PpoConfig>, "settings of PPO among iterations"],
  ];
  for (const [given, words] of cases) assertThrows(() => fillPpoConfig(given), RangeError, words);
});
