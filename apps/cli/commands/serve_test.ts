import { fileURLToPath } from "node:url";
import { baselineTable, contrast, hashPrompt } from "@tare/contrastive";
import { openDevice } from "@tare/core";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { serveModels } from "../compare/fakes.ts";
import { main } from "../main.ts";
import { openReward } from "../reward_model.ts";
import { textEpisode } from "../serve/text_episode.ts";
import { readLines, silent, TemporaryFolder, writeTinyModel } from "../testing.ts";

const program = fileURLToPath(new URL("../mod.ts", import.meta.url));
const code = ["apps", "packages"].map((name) => fileURLToPath(new URL(`../../../${name}`, import.meta.url)));

/** What the README gives it: where it listens, the data folder, and what is named here. */
function permissions(data: string, read: readonly string[], ...more: readonly string[]): string[] {
  return [
    "--no-prompt",
    `--allow-net=127.0.0.1:0`,
    `--allow-read=${[data, ...read]}`,
    `--allow-write=${data}`,
    ...more,
  ];
}

/** A server as a program of its own. */
class Served implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(allowed: readonly string[], flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const args = ["run", "-q", "--no-check", ...allowed, program, "serve", "--port", "0", ...flags];
    this.child = new Deno.Command(Deno.execPath(), {
      ...{ args, stdin: "null", stdout: "piped", stderr: "piped", env: { NO_COLOR: "1", ...env } },
    }).spawn();
    this.#lines = this.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The address that it tells. */
  address(): Promise<string> {
    return this.#told(/^Listening at (.*)\n/);
  }

  /** The link that signs an admin in. */
  link(): Promise<string> {
    return this.#told(/link, which is shown once: (.*)\n/);
  }

  async #told(words: RegExp): Promise<string> {
    while (!words.test(this.#text)) {
      const { done, value } = await this.#lines.read();
      if (done) throw new Error(`it ended: ${await new Response(this.child.stderr).text()}`);
      this.#text += value;
    }
    return words.exec(this.#text)![1]!;
  }

  /** Ends it; gives what it printed, and its exit code. */
  async stop(signal?: Deno.Signal): Promise<{ stdout: string; stderr: string; code: number }> {
    if (signal) this.child.kill(signal);
    const stderr = await new Response(this.child.stderr).text();
    for (let read = await this.#lines.read(); !read.done; read = await this.#lines.read()) this.#text += read.value;
    return { stdout: this.#text, stderr, code: (await this.child.status).code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.cancel();
    if (!this.child.stderr.locked) await this.child.stderr.cancel();
    try {
      this.child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.child.status;
  }
}

Deno.test("tare serve needs its address and its data folder alone, shows a link once, and shares no folder", async () => {
  await using folder = new TemporaryFolder();
  const data = `${folder.path}/data`;
  const allowed = permissions(data, []);
  {
    await using server = new Served(allowed, ["--data", data, "--log"]);
    const url = await server.address();
    const health = await fetch(`${url}/healthz`);
    assertEquals([health.status, await health.json()], [200, { status: "ok" }]);
    await using other = new Served(allowed, ["--data", data]);
    const refused = await other.stop();
    assertEquals([refused.code, refused.stdout], [2, ""]);
    assertMatch(refused.stderr, /^Cannot write to .*data: another program is at work in it\n$/);
    assertMatch(await server.link(), new RegExp(`^${url}/login#[\\w-]{43}$`));
    const { stderr, code } = await server.stop("SIGINT");
    assertEquals([code, JSON.parse(stderr).path], [130, "/healthz"], "a line of JSON for each request");
    if (Deno.build.os !== "windows") assertEquals((await Deno.stat(data)).mode! & 0o777, 0o700);
  }
  await using again = new Served(allowed, ["--data", data]);
  await again.address();
  const { stdout, code } = await again.stop("SIGTERM");
  assertEquals([stdout.split("\n").length - 1, code], [1, 0], "the address alone");
  await using third = new Served(allowed, ["--data", data, "--new-token"]);
  assertMatch(await third.link(), /#[\w-]{43}$/);
});

Deno.test("tare serve says what is wrong with a place, and how trainers come in through a proxy", async () => {
  await using folder = new TemporaryFolder();
  const file = `${folder.path}/file`;
  await Deno.writeTextFile(file, "");
  for (const data of [file, `${file}/data`]) {
    const refused = await new Served(["-A"], ["--data", data]).stop();
    assertEquals(refused, {
      ...{ code: 2, stdout: "" },
      stderr: `Expected --data with a folder but found a file at ${data}, or on the way to it\n`,
    });
  }
  const lost = await new Served(["-A"], ["--data", `${folder.path}/data`, "--host", "nowhere.invalid"]).stop();
  assertEquals(lost.code, 2, lost.stderr);
  assertMatch(lost.stderr, /^Cannot listen at nowhere.invalid, port 0: no address is known by this name\n$/);

  const rewards = ["--reward-url", "http://127.0.0.1:1/classify", "--reward-kind", "classify", "--missing", "raw"];
  const flags = ["--data", `${folder.path}/data`, "--url", "https://eval.example.org", ...rewards];
  await using server = new Served(["-A"], flags);
  await server.link();
  const { stdout } = await server.stop("SIGTERM");
  assertMatch(stdout, /^Trainers ask .* https:\/\/eval\.example\.org\/r\/KEY\/get_reward .*"role": "rewards"\}$/m);
});

Deno.test("tare serve has a judge's job, a study, results and another server's rewards with the README's permissions", async () => {
  await using folder = new TemporaryFolder();
  const place = (name: string) => `${folder.path}/${name}`;
  const [data, file, rows] = [place("data"), place("serve.json"), place("rows.jsonl")];
  const row = (policy: string, says: string) =>
    JSON.stringify({ policy, promptId: "p", prompt: "Is it?", response: says });
  await Deno.writeTextFile(rows, `${row("a", "A!")}\n${row("b", "BB!")}\n`);
  await using models = serveModels();
  await using scores = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { query } = await request.json();
    return Response.json({ rewards: query.map(({ length }: string) => length) });
  });
  const score = `http://127.0.0.1:${scores.addr.port}/get_reward`;
  const judges = { gpt: { model: "m", baseURL: models.url, apiKeyEnv: "JUDGE_KEY" } };
  const upstream = { rewardUrl: score, rewardKind: "openrlhf", rewardName: "rm", missing: "raw" };
  await Deno.writeTextFile(file, JSON.stringify({ data, judges, add: [`pair=${rows}`], ...upstream }));
  const hosts = [models.url, score].map((url) => new URL(url).host);
  const allowed = permissions(data, [file, rows, ...code], "--allow-env=JUDGE_KEY,TARE_REWARD_KEY")
    .map((flag) => flag.startsWith("--allow-net") ? `${flag},${hosts}` : flag);
  await using server = new Served(allowed, ["--config", file], { JUDGE_KEY: "sk-secret" });
  const [url, token] = [await server.address(), (await server.link()).split("#")[1]];
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const response = await fetch(`${url}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const answer = await response.json();
    assert(response.ok, answer.detail);
    return answer;
  };

  const { evaluations: [{ id }] } = await ask("GET", "/v1/evaluations");
  let job = await ask("POST", `/v1/evaluations/${id}/jobs`, { judge: "gpt" });
  while (job.finished === undefined) job = await ask("GET", `/v1/jobs/${job.id}`);
  await ask("POST", `/v1/evaluations/${id}/study`, {});
  const results = await ask("GET", `/v1/evaluations/${id}/results`);
  assertEquals([job.state, results.judges.length, results.people.progress.tasks], ["done", 1, 1]);
  const rewards = await ask("POST", "/get_reward", { query: "four" });
  assertEquals([rewards.rewards, models.questions.length], [[4], 2]);
  const { stdout, stderr, code: exit } = await server.stop("SIGTERM");
  assert(
    stdout.includes(`\nTrainers ask for rewards at ${url}/get_reward (OpenRLHF: --reward.remote_url) or `),
    stdout,
  );
  assertEquals([stderr, exit], [`pair: 2 responses and 0 verdicts of ${rows}\n`, 0]);
});

Deno.test("tare serve gives the rewards of scoring offline, by models that it may read and its own code", async () => {
  await using folder = new TemporaryFolder();
  const place = (name: string) => `${folder.path}/${name}`;
  const [data, reward, policy, baselines] = [place("data"), place("rm"), place("policy"), place("baselines.jsonl")];
  for (const path of [reward, policy]) {
    await Deno.mkdir(path);
    await writeTinyModel(path, { score: path === reward });
  }
  const prompts = ["Hello there,", "Say it:"];
  const cpu = ["--device", "cpu", "--threads", "1"];
  await Deno.writeTextFile(place("prompts.jsonl"), prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(""));
  const from = [
    "--model",
    policy,
    "--reward",
    reward,
    "--prompts",
    place("prompts.jsonl"),
    "--k",
    "3",
    "--max-tokens",
    "6",
  ];
  assertEquals(await main(["sample", ...from, ...cpu, "--out", baselines, "--json"]), 0);

  const allowed = permissions(data, [reward, policy, baselines, ...code], "--allow-sys=systemMemoryInfo");
  const flags = ["--reward", reward, "--baselines", baselines, "--missing", "sample", "--policy", policy, ...cpu];
  await using server = new Served(allowed, ["--data", data, ...flags]);
  const url = await server.address();
  const ask = async (path: string, body: object, headers: HeadersInit = {}) => {
    const sent = { "content-type": "application/json", ...headers };
    const response = await fetch(`${url}${path}`, { method: "POST", headers: sent, body: JSON.stringify(body) });
    assertEquals(response.status, 200);
    return await response.json();
  };
  assertEquals((await fetch(`${url}/readyz`).then((response) => response.json())).status, "ok");

  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const offline = await openReward({ reward }, device, undefined, silent);
  const contrastive = contrast(offline.reward, await baselineTable(await readLines(baselines)));
  const episodes = await Promise.all(
    prompts.map(async (prompt, i) =>
      textEpisode({ promptId: await hashPrompt(prompt), prompt, response: ` it is ${i}.` })
    ),
  );
  const expected = [...await contrastive(episodes)];
  for (const end of ["", "</s>", "</s></s>"]) {
    const query = episodes.map(({ prompt, response }) => `<s>${prompt}${response}${end}`);
    assertEquals((await ask("/get_reward", { query, prompts, labels: ["", ""] })).rewards, expected, end);
  }

  const token = (await server.link()).split("#")[1];
  const rows = [{ prompt: "Never seen:", response: " no." }, { prompt: "Say it:", response: " it is 1." }];
  const drawn = await ask("/v1/rewards", { rows }, { authorization: `Bearer ${token}` });
  assertEquals([drawn.reward, drawn.rewards[1].contrastive], [offline.reward.id, expected[1]]);
  const [{ raw, baseline, contrastive: rest }] = drawn.rewards;
  assertEquals([Number.isFinite(baseline), rest], [true, Math.fround(raw - baseline)]);
  assertEquals(await ask("/v1/rewards", { rows }, { authorization: `Bearer ${token}` }), drawn, "drawn once");

  const { code: exit, stderr } = await server.stop("SIGINT");
  assertEquals([exit, stderr], [130, ""]);
  assert(await Deno.stat(`${data}/.lock`).then(() => false, () => true), "the lock is gone");
});

Deno.test("tare serve takes settings and judges from one file, and the keys of judges from variables that it may read", async () => {
  await using folder = new TemporaryFolder();
  const [data, file] = [`${folder.path}/data`, `${folder.path}/serve.json`];
  const judges = { gpt: { model: "m", baseURL: "http://127.0.0.1:1/v1", apiKeyEnv: "JUDGE_KEY" } };
  await Deno.writeTextFile(file, JSON.stringify({ data, log: true, judges }));
  const allowed = permissions(data, [file], "--allow-env=JUDGE_KEY");
  await using without = new Served(allowed, ["--config", file]);
  const refused = await without.stop();
  assertEquals(
    [refused.code, /Expected a key in the variable JUDGE_KEY/.test(refused.stderr)],
    [2, true],
    refused.stderr,
  );

  await using server = new Served(allowed, ["--config", file], { JUDGE_KEY: "sk-secret" });
  const token = (await server.link()).split("#")[1];
  const response = await fetch(`${await server.address()}/v1/judges`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  assertEquals([response.status, text.includes(`"gpt"`), text.includes("sk-secret")], [200, true, false]);
});
