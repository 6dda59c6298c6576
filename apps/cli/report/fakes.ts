/** Folders as the stages of a pipeline write them, with made-up numbers: a policy that learns a little, and noise. */
import { createHash } from "node:crypto";

/** How much there is. */
export interface FakeSizes {
  /** Training prompts with baselines. */
  readonly prompts: number;
  /** Iterations of PPO. */
  readonly iterations: number;
  /** Episodes of an iteration. */
  readonly episodes: number;
  /** Held-out prompts. */
  readonly heldOut: number;
}

/** Few of everything. */
export const few: FakeSizes = { prompts: 16, iterations: 6, episodes: 8, heldOut: 8 };

const words = ["clean the sink", "mend the chair", "find the cat", "boil some rice", "paint a door", "fix the tap"];

/** A deterministic stream of normal numbers. */
function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A prompt: its text, how hard it is, and what it is called. */
function promptOf(i: number): { promptId: string; prompt: string; level: number } {
  return { promptId: `p${i}`, prompt: `How do I ${words[i % words.length]}? (${i})`, level: 1.6 * Math.sin(i * 2.399) };
}

/** Writes `baselines.jsonl`, the runs `ppo` and `contrastive`, the comparison `eval` and a `world`. */
export async function writeFakePipeline(folder: string, sizes: FakeSizes = few): Promise<void> {
  await Deno.writeTextFile(`${folder}/baselines.jsonl`, lines(fakeBaselines(sizes)));
  for (const arm of ["ppo", "contrastive"] as const) {
    await Deno.mkdir(`${folder}/${arm}`);
    const { metrics, episodes } = fakeRun(arm, sizes);
    await Deno.writeTextFile(`${folder}/${arm}/metrics.jsonl`, lines(metrics));
    await Deno.writeTextFile(`${folder}/${arm}/episodes.jsonl`, lines(episodes));
    await Deno.writeTextFile(`${folder}/${arm}/run.json`, JSON.stringify(fakeRecord(arm, sizes)));
  }
  await Deno.mkdir(`${folder}/eval`);
  const { table, responses } = fakeComparison(sizes);
  await Deno.writeTextFile(`${folder}/eval/table.json`, JSON.stringify(table));
  await Deno.writeTextFile(`${folder}/eval/responses.jsonl`, lines(responses));
  const stage = { state: "done", settings: {}, inputs: {}, seconds: 12.5 };
  const stages = { world: { ...stage, command: "world" }, "baselines.jsonl": { ...stage, command: "sample" } };
  await Deno.writeTextFile(`${folder}/stages.json`, JSON.stringify(stages));
  await Deno.mkdir(`${folder}/world`);
  await Deno.writeTextFile(`${folder}/world/world.json`, JSON.stringify({ world: 1, seed: 7, noise: 0.2 }));
}

function lines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

function fakeRecord(arm: "ppo" | "contrastive", { iterations, episodes }: FakeSizes): object {
  return {
    ...{ tare: "0.1.0", command: "ppo", device: "cpu, 1 threads" },
    settings: { iterations, episodes, seed: 7, klCoefficient: 0.05, baseline: arm === "ppo" ? "none" : "mean" },
    inputs: { model: { path: "sft", sha256: "ab".repeat(32) } },
  };
}

function fakeBaselines({ prompts }: FakeSizes): object[] {
  const normal = normals(1);
  return Array.from({ length: prompts }, (_, i) => {
    const { promptId, prompt, level } = promptOf(i);
    return {
      ...{ promptId, prompt, promptHash: createHash("sha256").update(prompt).digest("hex") },
      responses: Array.from({ length: 5 }, (_, j) => ` You ${words[(i + j) % words.length]}.`),
      rewards: Array.from({ length: 5 }, () => level + normal()),
      ...{ policy: "sha256:0123456789abcdef", rewardModel: "sha256:fedcba9876543210", template: "" },
      sampling: { k: 5, temperature: 1, maxTokens: 32, seed: 7 },
    };
  });
}

function fakeRun(arm: "ppo" | "contrastive", { prompts, iterations, episodes }: FakeSizes) {
  const normal = normals(arm === "ppo" ? 2 : 3);
  const pace = arm === "ppo" ? 0.8 : 1.1;
  const metrics: Record<string, number>[] = [];
  const logged: object[] = [];
  for (let step = 1; step <= iterations; step++) {
    const learned = 1 - Math.exp(-3 * pace * step / iterations);
    const raws: number[] = [];
    for (let i = 0; i < episodes; i++) {
      const { promptId, prompt, level } = promptOf(((step - 1) * episodes + i) % prompts);
      const raw = level + 1.8 * learned + normal();
      const baseline = arm === "ppo" ? 0 : level;
      raws.push(raw);
      logged.push({
        ...{ step, promptId, prompt, response: ` First, ${words[(i + step) % words.length]}. Then rest.` },
        ...{ score: raw - baseline, baseline, raw, reward: raw - baseline, kl: 9 * learned + 0.5 * normal() },
        ...{ advantage: raw - baseline - learned + 0.2 * normal(), length: 14, finish: "eos" },
        gold: 0.45 + 0.25 * learned + 0.1 * normal(),
      });
    }
    const mean = raws.reduce((a, b) => a + b, 0) / episodes;
    const above = Math.min(1, 0.5 + 0.4 * learned + 0.05 * normal());
    metrics.push({
      ...{ step, "contrastive/raw_reward": mean, "objective/scores": mean, "train/gold": 0.45 + 0.25 * learned },
      ...{
        "objective/kl": 9 * learned * pace + 0.4 * normal(),
        "policy/entropy": 1.9 - 0.8 * learned + 0.05 * normal(),
      },
      ...{ response_length: 17 - 4 * learned + 0.4 * normal(), eos_rate: Math.min(1, 0.93 + 0.06 * learned) },
      "val/explained_variance": 0.7 * learned + 0.08 * normal(),
      ...{ "contrastive/frac_above_baseline": above, "contrastive/variance_ratio": 0.45 + 0.06 * normal() },
      ...step % Math.ceil(iterations / 8) === 0
        ? {
          ...{ "eval/gold": 0.45 + 0.25 * learned + 0.008 * normal(), "eval/kl": 9 * learned * pace },
          ...{ "eval/score": 1.8 * learned, "eval/length": 14, "eval/eos_rate": 0.98 },
        }
        : {},
    });
  }
  return { metrics, episodes: logged };
}

function fakeComparison({ heldOut }: FakeSizes) {
  const normal = normals(4);
  const levels: Readonly<Record<string, number>> = {
    ...{ sft: 0.46, "best-of-16": 0.62, dpo: 0.6, ppo: 0.65, contrastive: 0.7 },
  };
  const names = Object.keys(levels);
  const responses = names.flatMap((policy) =>
    Array.from({ length: heldOut }, (_, i) => {
      const gold = Math.min(1, Math.max(0, levels[policy]! + 0.16 * normal()));
      return {
        ...{
          policy,
          promptId: `h${i}`,
          prompt: `Please help: ${words[i % words.length]} (${i})`,
          finish: "eos",
          length: 14,
        },
        response: ` Take the tool for it. Then ${words[(i + policy.length) % words.length]}. ${
          gold > 0.6 ? "You are welcome!" : ""
        }`,
        ...{ gold, judge: 2 * gold + 0.4 * normal(), reward: 3 * gold + normal() },
      };
    })
  );
  const around = (mean: number, half: number) => ({ mean, low: mean - half, high: mean + half });
  const half = 0.35 / Math.sqrt(heldOut);
  const table = {
    ...{ reference: "sft", prompts: heldOut, seed: 7 },
    note: "One run of each policy: the spread between runs is not in these intervals.",
    policies: names.map((name, i) => ({
      ...{ name, gold: around(levels[name]!, half), judge: around(2 * levels[name]! - 1, 2.6 * half) },
      ...{ reward: around(3 * levels[name]! - 1, 4 * half), length: 14 + i, eosRate: 0.95 + 0.01 * i },
      ...i > 0 ? { kl: 2.5 * i } : {},
    })),
    pairs: names.flatMap((b, j) =>
      names.slice(j + 1).flatMap((a) =>
        (["gold", "judge", "reward"] as const).map((by) => {
          const value = Math.min(0.95, Math.max(0.05, 0.5 + 1.4 * (levels[a]! - levels[b]!)));
          const tie = Math.round(0.2 * heldOut);
          const win = Math.round(value * heldOut - tie / 2);
          return {
            a,
            b,
            by,
            win,
            tie,
            lose: heldOut - win - tie,
            rate: around(value, 0.9 / Math.sqrt(heldOut)),
            difference: around(levels[a]! - levels[b]!, half),
          };
        })
      )
    ),
  };
  return { table, responses };
}

/** Fails unless every element is closed where it must be, and the text holds no bare `<` or `&`. */
export function assertBalanced(text: string): void {
  const open: string[] = [];
  const alone = /^(meta|!doctype|hr|br)$/i;
  const source = text.replace(/<style>[^]*?<\/style>/, "");
  const rest = source.replace(
    /<(\/?)([!\w]+)((?: [\w-]+(?:="[^"<]*")?)*)(\/?)>/g,
    (_, close, name, _attributes, empty) => {
      if (close) {
        const last = open.pop();
        if (last !== name) throw new Error(`</${name}> closes <${last}>`);
      } else if (!empty && !alone.test(name)) open.push(name);
      return "";
    },
  );
  if (open.length > 0) throw new Error(`<${open.join("><")}> stay open`);
  const stray = /<|>|&(?!(amp|lt|gt|quot|#39);)/.exec(rest);
  if (stray) throw new Error(`stray ${rest.slice(stray.index, stray.index + 60)}`);
}
