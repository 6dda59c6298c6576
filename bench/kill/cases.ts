/** What is killed: commands on a tiny model, what they write, and where in their work a kill can fall. */
import { writeTinyData, writeTinyModel } from "../../apps/cli/testing.ts";
import { atStep, namesIn, placeInRun, rowsIn } from "./places.ts";

/** A command, and how to see how far it came. */
export interface Case {
  /** What is said of it in the table's title. */
  readonly words: string;
  /** Makes what it works on. */
  prepare(folder: string): Promise<void>;
  /** The arguments of a run that writes `out`. */
  args(folder: string, out: string): string[];
  /** Flags with which it goes on. */
  readonly resume: readonly string[];
  /** What it writes in `out` that has to be the same; "" is `out` itself. */
  readonly results: readonly string[];
  /** Where a kill fell, by what is there. */
  placeOf(out: string): string;
  /** Waits until it is nearly at its end. */
  nearEnd(out: string): Promise<void>;
}

const device = ["--device", "cpu", "--threads", "1"];
const steps = 60;
const iterations = 30;
const prompts = 600;
const drawn = ["-k", "3", "--max-tokens", "12"];
const ppoFlags = ["--episodes", "8", "--max-tokens", "12", "--learning-rate", "1e-3", "--critic-learning-rate", "1e-3"];

async function writeModels(folder: string, rows: number): Promise<void> {
  await Promise.all(["policy", "scorer"].map((name) => Deno.mkdir(`${folder}/${name}`)));
  await Promise.all([
    writeTinyModel(`${folder}/policy`),
    writeTinyModel(`${folder}/scorer`, { score: true, seed: 9 }),
    writeTinyData(folder, rows),
  ]);
}

const trainer = (command: string, data: string): Case => ({
  words: `${steps} steps`,
  prepare: (folder) => writeModels(folder, 60),
  args: (folder, out) => [
    ...[command, "--data", `${folder}/${data}.jsonl`, "--model", `${folder}/policy`, "--out", out],
    ...["--batch", "4", "--steps", `${steps}`, "--learning-rate", "1e-2", "--eval-every", "7", "--save-every", "1"],
    ...device,
  ],
  resume: ["--resume"],
  results: ["model.safetensors", "metrics.jsonl"],
  placeOf: (out) => placeInRun(out, steps),
  nearEnd: (out) => atStep(out, steps),
});

const sample: Case = {
  words: `${prompts} prompts`,
  prepare: (folder) => writeModels(folder, prompts),
  args: (folder, out) => [
    ...["sample", "--prompts", `${folder}/demonstrations.jsonl`, "--model", `${folder}/policy`, "--dataset"],
    ...["--reward", `${folder}/scorer`, ...drawn, "--out", out, ...device],
  ],
  resume: ["--resume"],
  results: [""],
  placeOf(out) {
    const { rows, whole } = rowsIn(out);
    if (rows === 0) return "before the first row";
    if (!whole) return "within a row";
    return rows === prompts ? "after the last row" : "between rows";
  },
  async nearEnd(out) {
    while (rowsIn(out).rows < prompts * 0.9) await new Promise((resolve) => setTimeout(resolve, 1));
  },
};

const ppo: Case = {
  words: `${iterations} iterations`,
  prepare: (folder) => writeModels(folder, 60),
  args: (folder, out) => [
    ...["ppo", "--prompts", `${folder}/demonstrations.jsonl`, "--model", `${folder}/policy`],
    ...["--reward", `${folder}/scorer`, ...ppoFlags, "--iterations", `${iterations}`, "--epochs", "2"],
    ...["--running-scale", "--kl-target", "0.1", "--eval-prompts", `${folder}/ratings.jsonl`, "--eval-every", "7"],
    ...["--keep", "best", "--save-every", "1", "--out", out, ...device],
  ],
  resume: ["--resume"],
  results: ["model.safetensors", "metrics.jsonl", "episodes.jsonl"],
  placeOf: (out) => placeInRun(out, iterations),
  nearEnd: (out) => atStep(out, iterations),
};

/** SFT, two reward models side by side, baselines, PPO beside contrastive PPO, a comparison. */
const run: Case = {
  words: "7 stages",
  prepare: (folder) => writeModels(folder, 60),
  args(folder, out) {
    const [model, reward, asked] = ["runs/sft", "runs/reward", `${folder}/demonstrations.jsonl`];
    const learn = { batch: 4, steps: 10, learningRate: 1e-2, saveEvery: 1 };
    const scorer = { command: "reward", model, data: `${folder}/preferences.jsonl`, ...learn };
    const trainer = { command: "ppo", prompts: asked, model, reward, maxTokens: 12, episodes: 8, iterations: 5 };
    const stages = [
      { name: "sft", command: "sft", data: asked, model: `${folder}/policy`, ...learn },
      [{ name: "reward", ...scorer }, { name: "judge", ...scorer, seed: 1 }],
      { name: "baselines", command: "sample", prompts: asked, model, reward, k: 3, maxTokens: 12, out: "runs/b.jsonl" },
      [
        { name: "ppo", ...trainer, saveEvery: 1 },
        { name: "contrastive", ...trainer, saveEvery: 1, baselines: "runs/b.jsonl" },
      ],
      {
        ...{ name: "compare", command: "eval compare", prompts: asked, maxTokens: 12, reward, judge: "runs/judge" },
        policies: ["sft=runs/sft", "ppo=runs/ppo", "contrastive=runs/contrastive"],
      },
    ];
    Deno.mkdirSync(out, { recursive: true });
    Deno.writeTextFileSync(`${out}/pipeline.json`, JSON.stringify({ stages }));
    return ["run", `${out}/pipeline.json`, ...device];
  },
  resume: [],
  results: [
    ...["sft", "reward", "judge", "ppo", "contrastive"].flatMap((name) => [
      `runs/${name}/model.safetensors`,
      `runs/${name}/metrics.jsonl`,
    ]),
    ...["runs/ppo/episodes.jsonl", "runs/contrastive/episodes.jsonl", "runs/b.jsonl"],
    ...["runs/compare/table.json", "runs/compare/responses.jsonl"],
  ],
  placeOf(out) {
    const names = namesIn(`${out}/runs`);
    const found = ["compare", "contrastive", "b.jsonl", "reward", "sft"].find((name) => names.includes(name));
    return found ? `from ${found} on` : "before the first stage";
  },
  async nearEnd(out) {
    while (!namesIn(`${out}/runs`).includes("compare")) await new Promise((resolve) => setTimeout(resolve, 1));
  },
};

/** What is killed, by name. */
export const cases: Readonly<Record<string, Case>> = {
  sft: trainer("sft", "demonstrations"),
  reward: trainer("reward", "preferences"),
  ...{ sample, ppo, run },
};
