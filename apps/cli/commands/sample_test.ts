import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openFolder } from "../files.ts";
import { fingerprint } from "../fingerprint.ts";
import { parseFlags, UsageError } from "../flags.ts";
import { readLines, runTare, silent, spawnTare, TemporaryFolder, waitFor } from "../testing.ts";
import { writeTinyData, writeTinyModel } from "../testing.ts";
import { sample } from "./sample.ts";

/** A folder with a policy, a reward model and data. */
async function folderWithModels(rows = 40): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  const { path } = folder;
  await Promise.all([Deno.mkdir(`${path}/policy`), Deno.mkdir(`${path}/reward`), Deno.mkdir(`${path}/other`)]);
  await Promise.all([
    writeTinyModel(`${path}/policy`),
    writeTinyModel(`${path}/reward`, { score: true }),
    writeTinyModel(`${path}/other`, { score: true, vocabulary: 410 }),
    writeTinyData(path, rows),
  ]);
  return folder;
}

/** Flags of a sampling that takes a second. */
function flagsIn(path: string, out = "baselines.jsonl"): string[] {
  return [
    ...["--prompts", `${path}/preferences.jsonl`, "--model", `${path}/policy`, "--reward", `${path}/reward`],
    ...["--out", `${path}/${out}`, "-k", "3", "--max-tokens", "8", "--device", "cpu", "--threads", "1"],
  ];
}

/** Runs the command in this program. */
async function run(flags: readonly string[], notes: string[] = []): Promise<Record<string, unknown>> {
  const context = {
    ...silent,
    note: (line: string) => void notes.push(line),
    print: (text: string) => void notes.push(text),
  };
  return await sample.run(parseFlags(flags, sample.flags), context) as Record<string, unknown>;
}

Deno.test("tare sample writes a row for each prompt, in order, with rewards that tare reward --score gives too", async () => {
  await using folder = await folderWithModels();
  const { path } = folder;
  const { code, stdout, stderr } = await runTare(["sample", ...flagsIn(path), "--greedy", "--dataset", "--json"]);
  assertEquals(code, 0, stderr);
  const [rows, data] = [await readLines(`${path}/baselines.jsonl`), await readLines(`${path}/preferences.jsonl`)];
  assertEquals(rows.map(({ prompt }) => prompt), data.map(({ prompt }) => prompt));
  assertEquals(rows.map(({ dataset }) => dataset.response), data.map(({ chosen }) => chosen));
  for (const { responses, rewards, greedy, sampling, template } of rows) {
    assertEquals([responses.length, rewards.length, typeof greedy.reward, template], [3, 3, "number", ""]);
    assertEquals(sampling, { k: 3, temperature: 1, maxTokens: 8, seed: 0 });
  }
  assert(new Set(rows.flatMap(({ responses }) => responses)).size > 100, "all responses are alike");
  const { out, rows: count, policy, rewardModel, betweenPrompts, promise, prompts } = JSON.parse(stdout);
  assertEquals([out, count, prompts.prompts, typeof promise], [`${path}/baselines.jsonl`, 40, 40, "string"]);
  assert(betweenPrompts.low <= betweenPrompts.value && betweenPrompts.value <= betweenPrompts.high);
  const ids = await Promise.all(
    ["policy", "reward"].map(async (name) => fingerprint(await openFolder(`${path}/${name}`))),
  );
  assertEquals([policy, rewardModel, rows[0].policy, rows[39].rewardModel], [...ids, ...ids]);

  const scored = await runTare([
    ...["reward", "--score", `${path}/preferences.jsonl`, "--model", `${path}/reward`, "--out", `${path}/scored.jsonl`],
    ...["--device", "cpu", "--threads", "1"],
  ]);
  assertEquals(scored.code, 0, scored.stderr);
  const rewards = (await readLines(`${path}/scored.jsonl`)).map(({ chosen_reward }) => chosen_reward);
  assertEquals(rows.map(({ dataset }) => dataset.reward), rewards);
});

Deno.test("tare sample that is killed, or whose file ends anywhere, goes on to the bytes of a run left alone", async () => {
  await using folder = await folderWithModels(80);
  const { path } = folder;
  const alone = `${path}/alone.jsonl`;
  const longer = (flags: string[]) => flags.with(flags.indexOf("--max-tokens") + 1, "32");
  await run(longer(flagsIn(path, "alone.jsonl")));
  const whole = await Deno.readFile(alone);

  const [killed, flags] = [`${path}/killed.jsonl`, longer(flagsIn(path, "killed.jsonl"))];
  const child = spawnTare("sample", ...flags);
  await child.stdin.close();
  await waitFor(child, async () => (await Deno.stat(killed).catch(() => undefined))?.size as number > 0);
  child.kill("SIGKILL");
  assertEquals((await child.output()).signal, "SIGKILL", "it had ended before");
  assert((await Deno.stat(killed)).size < whole.length, "it had written all before");
  await run([...flags.with(-1, "2"), "--resume"]); // threads do not count
  assertEquals(await Deno.readFile(killed), whole);

  const rows = new TextDecoder().decode(whole).trimEnd().split("\n").length;
  const random = Array.from({ length: 3 }, (_, i) => (7919 * (i + 1) ** 2) % whole.length);
  for (const size of [0, 1, whole.indexOf(10), whole.indexOf(10) + 1, whole.length - 1, whole.length, ...random]) {
    await Deno.writeFile(killed, whole.subarray(0, size));
    assertEquals((await run([...flags, "--resume"])).rows, rows);
    assertEquals(await Deno.readFile(killed), whole, `cut at ${size}`);
  }
});

Deno.test("tare sample --resume refuses other settings, models and prompts, and leaves the file as it was", async () => {
  await using folder = await folderWithModels();
  const { path } = folder;
  const flags = flagsIn(path);
  await run(flags);
  const before = await Deno.readFile(`${path}/baselines.jsonl`);
  await Deno.writeTextFile(`${path}/ids.jsonl`, '{"prompt":"a","id":"x"}\n');
  const cases: [more: string[], message: string][] = [
    [["--seed", "1"], "row 1 would come out otherwise now: seed is 1 and was 0. Give what was used before"],
    [["--temperature", "0.5"], "temperature is 0.5 and was 1"],
    [["--greedy"], "greedy is true and was false"],
    [["--dataset"], "dataset is "],
  ];
  const swap = (name: string, value: string) => flags.with(flags.indexOf(name) + 1, value);
  const others: [flags: string[], message: string][] = [
    [swap("-k", "2"), "k is 2 and was 3"],
    [swap("--reward", `${path}/other`), "rewardModel is "],
    [swap("--model", `${path}/policy2`), "policy is "],
    [swap("--prompts", `${path}/ids.jsonl`), "it has 40 rows for 1 prompts"],
  ];
  await Deno.mkdir(`${path}/policy2`);
  await writeTinyModel(`${path}/policy2`, { vocabulary: 410 });
  for (const [given, message] of [...cases.map(([more, m]) => [[...flags, ...more], m] as const), ...others]) {
    await assertRejects(() => run([...given, "--resume"]), UsageError, message);
  }
  await assertRejects(() => run(flags), UsageError, "it is there already; --resume goes on with it");
  assertEquals(await Deno.readFile(`${path}/baselines.jsonl`), before);
  await run([...flags, "--seed", "1", "--force"]);
  const [row] = await readLines(`${path}/baselines.jsonl`);
  assertEquals(row.sampling.seed, 1);
});

Deno.test("tare sample refuses what makes no baselines with a sentence, and leaves nothing behind", async () => {
  await using folder = await folderWithModels();
  const { path } = folder;
  const flags = flagsIn(path);
  const swap = (name: string, value: string) => flags.with(flags.indexOf(name) + 1, value);
  await Deno.writeTextFile(`${path}/prompts.jsonl`, '{"prompt":"a"}\n');
  const without = (name: string) => flags.toSpliced(flags.indexOf(name), 2);
  const cases: [flags: string[], message: string][] = [
    [without("--prompts"), "Expected --prompts"],
    [without("--out"), "Expected --out"],
    [without("--model"), "Expected --model with the policy, or --server"],
    [without("--reward"), "but found neither"],
    [[...flags, "--reward-url", "http://127.0.0.1:9"], "but found both"],
    [[...without("--reward"), "--reward-url", "http://127.0.0.1:9"], "Expected --reward-kind beside --reward-url"],
    [[...flags, "--server", "http://127.0.0.1:9"], "Expected --server and --server-model together"],
    [swap("--model", `${path}/reward`), "Expected a language model but found a reward model"],
    [swap("--reward", `${path}/policy`), "Expected a reward model but found one without a score"],
    [swap("--max-tokens", "512"), "Expected --max-tokens below 512, the context"],
    [[...swap("--prompts", `${path}/prompts.jsonl`), "--dataset"], "Expected responses in"],
    [[...flags, "--context", "9"], "found none in 40 rows: 40 too long"],
  ];
  for (const [given, message] of cases) await assertRejects(() => run(given), Error, message);
  const zero = await runTare(["sample", ...swap("-k", "0")]);
  assertEquals([zero.code, zero.stderr.trimEnd().split("\n").length], [2, 1]);
  assertStringIncludes(zero.stderr, "Expected --k to be an integer of 1 or more");
  assertEquals([...Deno.readDirSync(path)].filter(({ name }) => name === "baselines.jsonl"), []);
});

Deno.test("tare sample counts prompts that are too long, and samples the others", async () => {
  await using folder = await folderWithModels();
  const { path } = folder;
  await Deno.writeTextFile(
    `${path}/prompts.jsonl`,
    [0, 1, 2].map((i) => `${JSON.stringify({ prompt: "word ".repeat(i === 1 ? 600 : 2), id: `${i}` })}\n`).join(""),
  );
  const flags = flagsIn(path);
  const notes: string[] = [];
  const report = await run(flags.with(1, `${path}/prompts.jsonl`), notes);
  assertEquals((await readLines(`${path}/baselines.jsonl`)).map(({ promptId }) => promptId), ["0", "2"]);
  assertEquals((report.prompts as { skips: object }).skips, { "too long": 1 });
  assertStringIncludes(notes.join(), "left out: 1 too long");
  assertEquals([report.betweenPrompts, typeof report.why], [null, "string"]); // 2 prompts tell nothing
});

Deno.test("tare sample takes responses and rewards from servers, and goes on there too", async () => {
  await using folder = new TemporaryFolder();
  const { path } = folder;
  await writeTinyData(path, 40);
  const asked: string[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const [body, { pathname }] = [await request.json(), new URL(request.url)];
    asked.push(pathname);
    if (pathname === "/classify") {
      return Response.json({
        data: body.input.map((text: string, index: number) => ({ index, probs: [text.length / 8] })),
      });
    }
    const choice = (_: unknown, index: number) => ({
      index,
      text: ` ${body.seed % 97 + index}`,
      finish_reason: "stop",
    });
    return Response.json({ choices: Array.from({ length: body.n }, choice) });
  });
  const url = `http://me:secret@127.0.0.1:${server.addr.port}`;
  const flags = [
    ...["--prompts", `${path}/preferences.jsonl`, "--out", `${path}/out.jsonl`, "-k", "2", "--dataset"],
    ...["--server", `${url}/v1`, "--server-model", "tiny", "--reward-url", `${url}/classify`],
    ...["--reward-kind", "classify", "--reward-name", "rm"],
  ];
  const { policy, rewardModel } = await run(flags);
  const plain = url.replace("me:secret@", "");
  assertEquals([policy, rewardModel], [`tiny@${plain}/v1`, `rm@${plain}/classify`]);
  const whole = await Deno.readTextFile(`${path}/out.jsonl`);
  const [row] = await readLines(`${path}/out.jsonl`);
  assertEquals(row.rewards, row.responses.map((text: string) => (row.prompt + text).length / 8));
  assertEquals(row.dataset.reward, (row.prompt + row.dataset.response).length / 8);
  await Deno.writeTextFile(`${path}/out.jsonl`, whole.slice(0, whole.length / 2));
  asked.length = 0;
  await run([...flags, "--resume"]);
  assertEquals(await Deno.readTextFile(`${path}/out.jsonl`), whole);
  assert(asked.filter((name) => name === "/v1/completions").length < 25, "it began anew");
});

Deno.test("tare sample keeps the rows that it has at Ctrl-C, and says how to go on", async () => {
  await using folder = await folderWithModels(80);
  const { path } = folder;
  await run(flagsIn(path, "alone.jsonl"));
  const [interrupt, notes] = [new AbortController(), [] as string[]];
  const context = {
    ...{ ...silent, note: (line: string) => void notes.push(line), signal: interrupt.signal },
    bar: () => ({ show: (rows: number) => rows === 32 && interrupt.abort(), [Symbol.dispose]: () => {} }),
  };
  await assertRejects(() => sample.run(parseFlags(flagsIn(path), sample.flags), context), DOMException);
  assertEquals(notes.at(-1), "Stopped after 32 of 80 rows: the same command with --resume goes on");
  assertEquals((await readLines(`${path}/baselines.jsonl`)).length, 32);
  await run([...flagsIn(path), "--resume"]);
  const [alone, stopped] = await Promise.all(
    ["alone", "baselines"].map((name) => Deno.readTextFile(`${path}/${name}.jsonl`)),
  );
  assertEquals(stopped, alone);
});
