import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readPointer } from "../checkpoints.ts";
import { parseFlags, UsageError } from "../flags.ts";
import { readJson, readLines, runTare, silent, spawnTare, TemporaryFolder, waitFor } from "../testing.ts";
import { writeTinyData, writeTinyModel } from "../testing.ts";
import { ppo } from "./ppo.ts";
import { sample } from "./sample.ts";

/** A folder with a policy, a reward model, prompts and their baselines. */
async function folderWithModels(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  const { path } = folder;
  await Promise.all([Deno.mkdir(`${path}/policy`), Deno.mkdir(`${path}/reward`)]);
  await Promise.all([
    writeTinyModel(`${path}/policy`),
    writeTinyModel(`${path}/reward`, { score: true }),
    writeTinyData(path, 24),
  ]);
  const flags = ["--prompts", `${path}/preferences.jsonl`, "--out", `${path}/baselines.jsonl`, "-k", "2"];
  await sample.run(parseFlags([...flags, ...models(path)], sample.flags), silent);
  return folder;
}

const cpu = ["--device", "cpu", "--threads", "1"];
const models = (path: string) => [
  ...["--model", `${path}/policy`, "--reward", `${path}/reward`, "--max-tokens", "6", ...cpu],
];

/** Flags of a run that takes a second. */
const flagsIn = (path: string, out: string, ...more: string[]) => [
  ...["--prompts", `${path}/preferences.jsonl`, ...models(path), "--out", `${path}/${out}`, "--iterations", "4"],
  ...["--episodes", "8", "--epochs", "2", "--learning-rate", "1e-3", "--critic-learning-rate", "1e-2", ...more],
];

/** Runs the command in this program. */
async function run(flags: readonly string[], notes: string[] = []): Promise<Record<string, unknown>> {
  const context = { ...silent, note: (line: string) => void notes.push(line) };
  return await ppo.run(parseFlags(flags, ppo.flags), context) as Record<string, unknown>;
}

/** Metrics without what depends on the clock. */
async function metricsOf(run: string) {
  return (await readLines(`${run}/metrics.jsonl`)).map((line) =>
    Object.fromEntries(Object.entries(line).filter(([name]) => !name.startsWith("perf/")))
  );
}

Deno.test("tare ppo writes a model, a line of metrics an iteration, its episodes, and evaluations", async () => {
  await using folder = await folderWithModels();
  const { path } = folder;
  const out = `${path}/run`;
  const more = ["--baselines", `${path}/baselines.jsonl`, "--eval-prompts", `${path}/demonstrations.jsonl`];
  const report = await run(flagsIn(path, "run", ...more, "--eval-every", "2", "--keep", "best"));
  const [metrics, episodes] = [await readLines(`${out}/metrics.jsonl`), await readLines(`${out}/episodes.jsonl`)];
  assertEquals([report.steps, metrics.map(({ step }) => step)], [4, [1, 2, 3, 4]]);
  assertEquals(metrics.map((line) => "eval/score" in line), [false, true, false, true]);
  assertEquals(episodes.map(({ step }) => step), [1, 2, 3, 4].flatMap((step) => Array(8).fill(step)));
  const evaluations = metrics.filter((line) => "eval/score" in line);
  const best = evaluations.toSorted((a, b) => b["eval/score"] - a["eval/score"])[0]!.step;
  assertEquals([report.kept, await readPointer(out, "best")], [best, best]);

  const rows = await readLines(`${path}/baselines.jsonl`);
  const first = episodes.filter(({ step }) => step === 1);
  for (const { promptId, prompt, raw, baseline, score } of first) {
    const row = rows.find((row) => row.promptId === promptId);
    assertEquals(prompt, row.prompt);
    assertAlmostEquals(baseline, (row.rewards[0] + row.rewards[1]) / 2, 1e-6);
    assertAlmostEquals(raw - baseline, score, 1e-6);
  }
  const mean = (name: string) => first.reduce((sum, line) => sum + line[name], 0) / first.length;
  assertAlmostEquals(metrics[0]["contrastive/raw_reward"], mean("raw"), 1e-6);
  assertAlmostEquals(metrics[0]["objective/scores"], mean("score"), 1e-6);
  assertAlmostEquals(metrics[0]["contrastive/advantage_over_baseline"], mean("score"), 1e-6);
  assert(metrics[0]["policy/first_ratio_error"] < 1e-4);

  const { command, settings, inputs } = await readJson(`${out}/run.json`);
  assertEquals([command, settings.baseline, settings.iterations, settings.gamma], ["ppo", "mean", 4, 1]);
  const deviations = rows.map(({ rewards: [a, b] }) => (a - b) ** 2 / 2);
  assertAlmostEquals(settings.rewardScale, 1 / Math.sqrt(deviations.reduce((a, b) => a + b) / rows.length), 1e-9);
  assertEquals([inputs.baselines.rows, inputs.prompts.prompts, inputs.reward], [24, 24, rows[0].rewardModel]);

  const notes: string[] = [];
  assertEquals(
    (await run(flagsIn(path, "run", ...more, "--eval-every", "2", "--keep", "best", "--resume"), notes)).finished,
    true,
  );
  assertStringIncludes(notes.join(), "is finished");
});

Deno.test("tare ppo with baselines that are not subtracted has the rewards of one without, times their scale", async () => {
  await using folder = await folderWithModels();
  const { path } = folder;
  await run(flagsIn(path, "scaled", "--baselines", `${path}/baselines.jsonl`, "--baseline", "none"));
  const { settings } = await readJson(`${path}/scaled/run.json`);
  await run(flagsIn(path, "plain", "--reward-scale", `${settings.rewardScale}`));
  const plainly = ({ objective: _, ...line }: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(line).filter(([name]) => !name.startsWith("contrastive/")));
  assertEquals((await metricsOf(`${path}/scaled`)).map(plainly), await metricsOf(`${path}/plain`));
  assertEquals(
    await Deno.readFile(`${path}/scaled/model.safetensors`),
    await Deno.readFile(`${path}/plain/model.safetensors`),
  );
});

Deno.test("tare ppo that is killed and resumed ends with the bytes of a run left alone, adapters and critics too", async () => {
  await using folder = await folderWithModels();
  const { path } = folder;
  const variants = [
    ["--baselines", `${path}/baselines.jsonl`, "--kl-target", "0.1", "--eval-prompts", `${path}/ratings.jsonl`],
    ["--lora-rank", "2", "--critic", "reward", "--running-scale", "--minibatches", "2"],
  ];
  for (const [i, more] of variants.entries()) {
    const args = (out: string) => flagsIn(path, `${out}${i}`, ...more, "--iterations=12", "--save-every", "1");
    const once = (flags: string[]) =>
      flags.filter((flag, at) => flag !== "--iterations" && flags[at - 1] !== "--iterations");
    await run(once(args("alone")));
    const linesNow = async () =>
      (await Deno.readTextFile(`${path}/killed${i}/metrics.jsonl`).catch(() => "")).split("\n").length - 1;
    for (const step of [2, 5]) {
      const child = spawnTare("ppo", ...once(args("killed")), ...step > 2 ? ["--resume"] : []);
      await child.stdin.close();
      await waitFor(child, async () => await linesNow() >= step);
      child.kill("SIGKILL");
      assertEquals((await child.output()).signal, "SIGKILL", "it had ended before");
    }
    await run([...once(args("killed")), "--resume"]);
    for (const file of ["model.safetensors", "episodes.jsonl"]) {
      const [a, b] = await Promise.all(["alone", "killed"].map((run) => Deno.readFile(`${path}/${run}${i}/${file}`)));
      assertEquals(a, b, file);
    }
    assertEquals(await metricsOf(`${path}/killed${i}`), await metricsOf(`${path}/alone${i}`));
  }
});

Deno.test("tare ppo refuses what does not belong together, in one sentence, and leaves no folder", async () => {
  await using folder = await folderWithModels();
  const { path } = folder;
  const rows = (await Deno.readTextFile(`${path}/baselines.jsonl`)).trimEnd().split("\n");
  const edited = async (name: string, edit: (row: Record<string, unknown>, i: number) => object | undefined) => {
    const lines = rows.map((row, i) => edit(JSON.parse(row), i)).filter((row) => row !== undefined);
    await Deno.writeTextFile(`${path}/${name}`, lines.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return ["--baselines", `${path}/${name}`];
  };
  const cases: [more: string[], sentence: string][] = [
    [await edited("a", (row) => ({ ...row, policy: "sha256:00" })), 'the table\'s are of "sha256:00"'],
    [
      await edited("b", (row) => ({ ...row, rewardModel: "sha256:00" })),
      "baselines of one reward are no zero of another",
    ],
    [await edited("c", (row, i) => i === 3 ? undefined : row), "but the table of 23 prompts has none"],
    [await edited("d", (row, i) => i === 3 ? { ...row, promptHash: "ab".repeat(32) } : row), "d: row 4 of the table"],
    [await edited("e", (row) => ({ ...row, responses: [], rewards: [], sampling: { k: 0 } })), "e, line 1: "],
    [await edited("f", (row) => ({ ...row, rewards: [null, 1] })), "f, line 1: rewards.0"],
    [["--baselines", `${path}/baselines.jsonl`, "--baseline", "greedy"], "Expected a greedy response"],
    [["--baselines", `${path}/no.jsonl`], "no.jsonl: there is no such file"],
    [["--baseline", "mean"], "Expected --baselines beside --baseline"],
    [["--keep", "best"], "Expected --eval-prompts beside --keep best"],
    [["--advantages", "rloo"], "samplesPerPrompt of PPO to be 2 or more"],
    [["--context", "9999"], "Expected --context of at most 4096"],
    [["--context", "20"], "but found none in 24 rows: 24 too long"],
    [["--gold", "world"], "preferences.jsonl: Expected a prompt of the preference world"],
  ];
  for (const [i, [more, sentence]] of cases.entries()) {
    const error = await assertRejects(() => run(flagsIn(path, `x${i}`, ...more)));
    assert(
      error instanceof UsageError || error instanceof RangeError || error instanceof SyntaxError ||
        error instanceof TypeError,
      `${error}`,
    );
    assertStringIncludes(error.message, sentence);
  }
  assertEquals([...Deno.readDirSync(path)].filter(({ name }) => name.startsWith("x")), []);
  const { code, stderr } = await runTare(["ppo", ...flagsIn(path, "x", "--baseline", "mean")]);
  assertEquals([code, stderr.split("\n").length], [2, 2], stderr);
});
