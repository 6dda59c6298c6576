/**
 * The packages outside Deno: a page in Chromium and a script in Node import them, encode a text, train a small random
 * model for two steps on the CPU, let it go on with the text, and train it by PPO on contrastive rewards.
 *
 * Both load one bundle of all for ES2022, as a web project makes it, because Node 20 and 22 cannot read `using`. The page
 * asks for nothing else: no cross-origin isolation, no worker.
 */
import { assertEquals } from "@std/assert";
import { build, stop } from "esbuild";

const chromium = await find([Deno.env.get("CHROMIUM") ?? "", "chromium", "chromium-browser", "google-chrome"]);
const node = await find(["node"]);
const nodeVersion = node ? await versionOfNode(node) : undefined;

const script = `
import { baselineTable, contrast, copyTree, criticOf, initParams, loadTokenizer, localSampler } from "./tare.mjs";
import { memoryStudyStore, openDevice, parseConfig, ppo, sampleBaselines, sft, summarise, winRate } from "./tare.mjs";
export async function work() {
  const model = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] };
  const json = JSON.stringify({ model, decoder: { type: "Fuse" } });
  const options = JSON.stringify({ chat_template: "{{ messages[0].content }}" });
  const files = { "tokenizer.json": new Blob([json]), "tokenizer_config.json": new Blob([options]) };
  const tokenizer = await loadTokenizer({ open: async (name) => files[name] });
  const tokens = tokenizer.encode(tokenizer.renderChat([{ role: "user", content: "aba" }]));
  const config = parseConfig({
    ...{ model_type: "llama", vocab_size: 3, hidden_size: 8, intermediate_size: 8, num_hidden_layers: 1 },
    ...{ num_attention_heads: 2, max_position_embeddings: 16, eos_token_id: [] },
  });
  const device = await openDevice({ device: "cpu", threads: 1 });
  const params = initParams(device, config, 7);
  const losses = [];
  const train = [{ tokens: Uint32Array.of(2, 0, 1), start: 1 }];
  for await (const { metrics } of sft({ device, model: { config, params }, train, config: { steps: 2 } })) losses.push(metrics.loss);
  const sampler = localSampler({ device, config, params, tokenizer });
  const drawn = [];
  for await (const completion of sampler.sample([{ id: "a", text: "", tokens }], { maxTokens: 4 })) drawn.push(completion.tokens.length);
  const reward = Object.assign(async (episodes) => Float32Array.from(episodes, (e) => e.tokens[0]), { id: "first" });
  const prompts = [{ id: "a", text: "aba", tokens }];
  const table = await baselineTable(sampleBaselines({ sampler, reward, prompts, k: 2, maxTokens: 4 }));
  const reference = { device, model: { config, params: copyTree(params) } };
  const run = ppo({
    ...{ policy: { device, model: { config, params } }, reference, critic: criticOf(reference), prompts, tokenizer },
    ...{ reward: contrast(reward, table), config: { iterations: 2, episodes: 2, maxTokens: 4 } },
  });
  const ratios = [];
  for await (const { metrics } of run) ratios.push(metrics["policy/first_ratio_error"] < 1e-4);
  const { rate } = winRate([{ winner: "a" }], ["a"]);
  const said = ["x", "y"].map((policy) => ({ policy, promptId: "a", prompt: "aba", response: policy }));
  const { judges } = summarise({ responses: said, verdicts: [{ judge: "j", promptId: "a", a: "x", b: "y", winner: "b" }] });
  const studies = await memoryStudyStore().names();
  device.dispose();
  return JSON.stringify([tokens, drawn, losses[1] < losses[0], ratios, rate.mean, judges[0].comparisons[0].lose, studies]);
}
`;

const expected = "[[2,0],[4],true,[true,true],1,1,[]]";
const packages = ["core", "data", "sampler", "contrastive", "finetune", "ppo", "eval", "eval/human", "eval/report"];
const entry = packages.map((name) => `export * from "../../packages/${name}/mod.ts";`).join("\n");

const page = `<!DOCTYPE html><link rel="icon" href="data:,"><script type="module">
const answer = (text) => fetch("/answer", { method: "POST", body: text });
import("./script.mjs").then(({ work }) => work()).then(answer, (error) => answer("failed: " + error.stack));
</script>`;

Deno.test({
  name: `all packages run in a page${
    chromium ? "" : " (skipped: no Chromium; install it or set CHROMIUM to its path)"
  }`,
  ignore: !chromium,
  async fn() {
    const files: Record<string, [string, string]> = {
      "/": [page, "text/html"],
      "/script.mjs": [script, "text/javascript"],
    };
    files["/tare.mjs"] = [await bundled(), "text/javascript"];
    const answer = Promise.withResolvers<string>();
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/answer") answer.resolve(await request.text());
      const [body, type] = files[pathname] ?? ["", "text/plain"];
      return new Response(body, { headers: { "content-type": type } });
    });
    const profile = await Deno.makeTempDir();
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
      .concat("--disable-background-networking", "--disable-component-update", `--user-data-dir=${profile}`);
    const done = new AbortController();
    const browser = new Deno.Command(chromium!, {
      args: [...flags, `http://127.0.0.1:${server.addr.port}/`],
      env: { TMPDIR: profile },
      signal: done.signal,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const ended = browser.status.then(() => answer.reject(new Error("Chromium ended before the page answered")));
    const timer = setTimeout(() => answer.reject(new Error("the page gave no answer within 30 seconds")), 30_000);
    try {
      assertEquals(await answer.promise, expected);
    } finally {
      clearTimeout(timer);
      done.abort();
      await ended;
      await removeLater(profile);
    }
  },
});

Deno.test({
  name: `all packages run in Node${nodeVersion ? "" : " (skipped: no Node.js on PATH)"}`,
  ignore: !nodeVersion,
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${dir}/tare.mjs`, await bundled());
      await Deno.writeTextFile(`${dir}/script.mjs`, script);
      await Deno.writeTextFile(`${dir}/main.mjs`, 'console.log(await (await import("./script.mjs")).work());');
      const flags = nodeVersion! < 21 ? ["--experimental-wasm-relaxed-simd"] : [];
      const command = new Deno.Command(node!, { args: [...flags, `${dir}/main.mjs`] });
      const { stdout, stderr } = await command.output();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals({ out, err }, { out: `${expected}\n`, err: "" });
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

let made: Promise<string> | undefined;

/** All packages as one module of ES2022. */
function bundled(): Promise<string> {
  return made ??= (async () => {
    const folder = new URL(".", import.meta.url).pathname;
    try {
      const { outputFiles } = await build({
        stdin: { contents: entry, resolveDir: folder },
        alias: Object.fromEntries(
          ["core", "data", "sampler"].map((name) => [`@tare/${name}`, `${folder}../../packages/${name}/mod.ts`]),
        ),
        bundle: true,
        write: false,
        format: "esm",
        target: "es2022",
        nodePaths: [`${folder}node_modules`], // bundlers know no import map
        platform: "browser",
        logLevel: "silent",
      });
      return outputFiles[0]!.text;
    } finally {
      await stop();
    }
  })();
}

/** Removes a folder; Chromium's helpers may still write to it for a moment. */
async function removeLater(folder: string, tries = 20): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (tries === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await removeLater(folder, tries - 1);
  }
}

/** The first of these programs that runs. */
async function find(names: readonly string[]): Promise<string | undefined> {
  for (const name of names.filter(Boolean)) {
    try {
      if ((await new Deno.Command(name, { args: ["--version"], stdin: "null" }).output()).success) return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Node's major version. `deno task` puts a `node` of its own on the path where there is none: that does not count. */
async function versionOfNode(name: string): Promise<number | undefined> {
  const args = ["-e", "console.log(process.versions.deno ? 0 : parseInt(process.versions.node))"];
  const { stdout } = await new Deno.Command(name, { args }).output();
  return Number(new TextDecoder().decode(stdout)) || undefined;
}
