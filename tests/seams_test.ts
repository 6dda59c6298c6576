/** Where packages meet that do not import each other: their types fit, and so do their random numbers. */
import { copyTree, initParams, mapTree, openDevice, parseConfig } from "@tare/core";
import {
  type BaselineRow as TableRow,
  baselineTable,
  contrast,
  type Reward as AnyReward,
  type SamplingRecord as TableSampling,
} from "@tare/contrastive";
import type { RewardJudgeOptions } from "@tare/eval";
import type { ModelReward, ResponseToScore } from "@tare/finetune";
import { criticOf, ppo, type PpoOptions, type ScoredEpisode } from "@tare/ppo";
import {
  type BaselineRow,
  type Episode,
  localSampler,
  type Reward,
  sampleBaselines,
  type SamplingRecord,
} from "@tare/sampler";
import { assert, assertEquals } from "@std/assert";

/** Whether one type will do where another is asked for; `true` is an error where it is not. */
type Fits<From, To> = [From] extends [To] ? true : false;

/** What PPO is handed: contrast of the sampler's reward and of a table of its rows. */
type Contrasted = ReturnType<typeof contrast<Episode>>;

/** Each line compiles only if the types fit. */
const fits: readonly true[] = [
  true satisfies Fits<Reward, AnyReward<Episode>>,
  true satisfies Fits<AnyReward<Episode>, Reward>,
  true satisfies Fits<Contrasted, PpoOptions["reward"]>,
  true satisfies Fits<PpoOptions["reward"], Parameters<typeof contrast<Episode>>[0]>,
  true satisfies Fits<ModelReward, Reward>,
  true satisfies Fits<ModelReward, RewardJudgeOptions["score"]>,
  true satisfies Fits<ReturnType<typeof contrast<ResponseToScore>>, Reward>,
  true satisfies Fits<Episode, ResponseToScore>,
  true satisfies Fits<ScoredEpisode, Episode>,
  true satisfies Fits<SamplingRecord, TableSampling>,
  true satisfies Fits<TableSampling, SamplingRecord>,
  true satisfies Fits<BaselineRow, TableRow>,
  true satisfies Fits<TableRow & { readonly prompt: string }, BaselineRow>, // a table does without the text
  true satisfies Fits<AsyncGenerator<BaselineRow>, Parameters<typeof baselineTable>[0]>,
];

Deno.test("rows, rewards and episodes of one package are those of the others", () => {
  assert(fits.every(Boolean)); // the compiler has done the work
  // @ts-expect-error A type that does not fit is found out.
  true satisfies Fits<{ readonly id: string }, Reward>;
});

Deno.test("no baseline shares random numbers with PPO's first rollouts, nor one of these with another", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const config = parseConfig({
    ...{ model_type: "llama", vocab_size: 64, hidden_size: 4, intermediate_size: 4, num_hidden_layers: 1 },
    ...{ num_attention_heads: 1, max_position_embeddings: 24, tie_word_embeddings: true },
  });
  // Every token is as likely as any other, and none ends: at each position the token says what the random number was.
  const params = mapTree(initParams(device, config, 1), ({ shape }) => device.zeros(shape));
  const prompts = Array.from({ length: 6 }, (_, i) => ({ id: `p${i}`, text: `${i}`, tokens: [i, 7] }));
  const drawn: Episode[] = [];
  const listen = (episodes: readonly Episode[]) => {
    drawn.push(...episodes);
    return Promise.resolve(Float32Array.from(episodes, (_, i) => i));
  };
  const reward: Reward = Object.assign(listen, { id: "listener" });
  const [seed, maxTokens] = [5, 16];

  const sampler = localSampler({ device, config, params, id: "flat" });
  const rows = sampleBaselines({ sampler, reward, prompts, k: 5, maxTokens, seed });
  const table = await baselineTable(rows);
  const policy = { device, model: { config, params } };
  const reference = { device, model: { config, params: copyTree(params) } };
  const run = ppo({
    ...{ policy, reference, critic: criticOf(reference), prompts, reward: contrast(reward, table) },
    config: { episodes: 24, samplesPerPrompt: 2, epochs: 1, maxTokens, seed, learningRate: 1e-9 },
  });
  await run.next(); // two visits of each prompt
  await run.return();
  assertEquals(drawn.length, 30 + 24);
  for (const [i, one] of drawn.entries()) {
    for (const other of drawn.slice(0, i)) {
      if (other.promptId !== one.promptId) continue;
      const same = Array.from(one.tokens).filter((token, position) => token === other.tokens[position]).length;
      assert(same <= 5, `${same} of ${maxTokens} draws are those of another response to ${one.promptId}`); // chance: 0.25
    }
  }
});
