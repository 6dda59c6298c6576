/** One seed of the preference world: SFT, reward models under label noise, DPO, each measured against the truth. */
import { disposeTree, initParams, initScoreHead, mapTree, type Model, mul, openDevice, type Params } from "@tare/core";
import type { Device } from "@tare/core";
import { encodeDemonstration, encodePreference, encodeRating, loadTokenizer, type Tokenizer } from "@tare/data";
import { createWorld, gold, logProb, type World, worldTokenizer } from "@tare/data/world";
import { dpo, pairAccuracy, reward, rewardScores, sft, type TrainingStep } from "@tare/finetune";
import { localSampler } from "@tare/sampler";
import { sizedFor, type SizeName } from "../../apps/cli/shapes.ts";
import { sequences } from "../../evidence/run/models.ts";

/** What one seed gives, by name. */
export type Numbers = Record<string, number>;

/** How much of everything. */
export interface Amounts {
  readonly size: SizeName;
  readonly demonstrations: number;
  readonly pairs: number;
  readonly heldOut: number;
}

/** What the stages of a seed share. */
interface Cell extends Amounts {
  readonly device: Device;
  readonly tokenizer: Tokenizer;
  readonly seed: number;
  readonly model: Model;
}

/** Longest sequence of the world. */
const context = 96;

/** Settings of training, found on seeds 10 and 11. */
const settings = {
  sft: { epochs: 4, batch: 16, learningRate: 3e-3, weightDecay: 0.1 },
  reward: { epochs: 4, batch: 32, learningRate: 1e-3 },
  dpo: { epochs: 1, batch: 32, learningRate: 3e-4, beta: 0.1 },
} as const;

/** Measures one seed. */
export async function measure(seed: number, amounts: Amounts, note: (line: string) => void): Promise<Numbers> {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const files: Readonly<Record<string, string>> = worldTokenizer();
  const tokenizer = await loadTokenizer({
    open: (name) => Promise.resolve(files[name] === undefined ? undefined : new Blob([files[name]])),
  });
  const config = sizedFor(amounts.size, tokenizer);
  const cell: Cell = {
    ...amounts,
    device,
    tokenizer,
    seed,
    model: { config, params: initParams(device, config, seed) },
  };
  const numbers: Numbers = {};
  const stage = async (name: string, run: () => Promise<Numbers>) => {
    const began = performance.now();
    const found = await run();
    const seconds = (performance.now() - began) / 1000;
    note(`seed ${seed}: ${name}: ${seconds.toFixed(1)} s ${JSON.stringify(found)}`);
    for (const [key, value] of Object.entries({ ...found, seconds })) numbers[`${name}: ${key}`] = value;
  };
  await stage("SFT", () => trainSft(cell));
  for (const noise of [0, 0.2, 0.4]) {
    for (const from of ["pairs", "ratings"] as const) {
      await stage(`reward model from ${from}, noise ${noise}`, () => trainReward(cell, noise, from));
    }
  }
  for (const noise of [0, 0.2, 0.4]) await stage(`DPO, noise ${noise}`, () => trainDpo(cell, noise));
  return numbers;
}

/** SFT's perplexity on held-out demonstrations against the generator's own, and the gold score of its samples. */
async function trainSft(cell: Cell): Promise<Numbers> {
  const { device, tokenizer, seed, model } = cell;
  const world = createWorld({ seed });
  const [train, heldOut] = [world.demonstrations(cell.demonstrations), world.demonstrations(cell.heldOut, "held-out")];
  const encode = (rows: typeof train) => sequences(rows, (row) => encodeDemonstration(tokenizer, row, { context }));
  const config = { ...settings.sft, seed };
  const last = await lastOf(sft({ device, model, train: encode(train), heldOut: encode(heldOut), config }));
  const predicted = encode(heldOut).reduce((sum, { tokens, start }) => sum + tokens.length - start, 0);
  const exact = heldOut.reduce((sum, { prompt, completion }) => sum + logProb(prompt, completion), 0);
  const demonstrated = (rows: typeof train) => mean(rows.map(({ prompt, completion }) => gold(prompt, completion)));
  return {
    perplexity: last.evaluation!["eval/perplexity"]!,
    "best perplexity": Math.exp(last.state.best!.loss),
    "generator's perplexity": Math.exp(-exact / predicted),
    ...await sampledGold(cell, model.params, world),
    "gold of held-out demonstrations": demonstrated(heldOut),
  };
}

/** Accuracy of a reward model against the order of gold on held-out prompts. */
async function trainReward(cell: Cell, noise: number, from: "pairs" | "ratings"): Promise<Numbers> {
  const { device, tokenizer, seed, model } = cell;
  const world = createWorld({ seed, noise });
  const preferences = world.preferences(cell.pairs);
  const pairs = (rows: typeof preferences) => sequences(rows, (row) => encodePreference(tokenizer, row, { context }));
  const params = copy(model.params);
  const judge = { config: model.config, params, score: initScoreHead(device, model.config, seed) };
  const config = { ...settings.reward, seed };
  const rows = world.ratings(cell.pairs);
  await lastOf(
    from === "pairs" ? reward({ device, model: judge, train: pairs(preferences), config }) : reward({
      device,
      model: judge,
      train: sequences(rows, (row) => encodeRating(tokenizer, row, { context })),
      config,
    }),
  );
  const heldOut = pairs(world.preferences(cell.heldOut, "held-out")); // labelled by gold alone
  const accuracyOn = async (pairs: typeof heldOut) => {
    const chosen = await rewardScores(device, judge, pairs.map(({ chosen }) => chosen));
    const rejected = await rewardScores(device, judge, pairs.map(({ rejected }) => rejected));
    return pairAccuracy(chosen, rejected).accuracy;
  };
  const accuracy = await accuracyOn(heldOut);
  const fitted = await accuracyOn(pairs(preferences));
  disposeTree({ params, score: judge.score });
  if (from === "ratings") return { "accuracy against gold": accuracy };
  const goldOf = (side: "chosen" | "rejected") => preferences.map((row) => gold(row.prompt, row[side]));
  return {
    "accuracy against gold": accuracy,
    "accuracy on its training labels": fitted,
    "gold's accuracy on those labels": pairAccuracy(goldOf("chosen"), goldOf("rejected")).accuracy,
  };
}

/** Gold score of DPO's samples. */
async function trainDpo(cell: Cell, noise: number): Promise<Numbers> {
  const { device, tokenizer, seed, model } = cell;
  const world = createWorld({ seed, noise });
  const train = sequences(world.preferences(cell.pairs), (row) => encodePreference(tokenizer, row, { context }));
  const params = copy(model.params);
  await lastOf(dpo({ device, model: { config: model.config, params }, train, config: { ...settings.dpo, seed } }));
  const found = await sampledGold(cell, params, world);
  disposeTree(params);
  return found;
}

/** Mean gold score of one sample at temperature 1 for each held-out prompt, and how many samples ended by themselves. */
async function sampledGold({ device, tokenizer, seed, model, heldOut }: Cell, params: Params, world: World) {
  const sampler = localSampler({ device, config: model.config, params, tokenizer, id: "policy" });
  const prompts = world.prompts(heldOut, "held-out");
  const asked = new Map(prompts.map(({ id, prompt }) => [id!, prompt]));
  const asPrompts = prompts.map(({ id, prompt }) => ({ id: id!, text: prompt }));
  const scores: number[] = [];
  let [ended, tokens] = [0, 0];
  for await (
    const { promptId, text, finish, tokens: ids } of sampler.sample(asPrompts, { seed, stage: 4, maxTokens: 96 })
  ) {
    scores.push(gold(asked.get(promptId)!, text));
    if (finish === "eos") ended++;
    tokens += ids.length;
  }
  return { gold: mean(scores), "end token": ended / scores.length, tokens: tokens / scores.length };
}

async function lastOf(steps: AsyncIterable<TrainingStep>): Promise<TrainingStep> {
  let last: TrainingStep | undefined;
  for await (const step of steps) last = step;
  return last!;
}

function copy(params: Params): Params {
  return mapTree(params, (tensor) => mul(tensor, 1));
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
