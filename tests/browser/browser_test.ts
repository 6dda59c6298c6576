/**
 * The packages outside Deno: a page in Chromium and a script in Node import them, multiply two matrices on the CPU, and
 * encode a text.
 *
 * Both load one bundle of each package for ES2022, as a web project makes it, because Node 20 and 22 cannot read `using`.
 * The page asks for nothing else: no cross-origin isolation, no worker.
 */
import { assertEquals } from "@std/assert";
import { build, stop } from "esbuild";

const chromium = await find([Deno.env.get("CHROMIUM") ?? "", "chromium", "chromium-browser", "google-chrome"]);
const node = await find(["node"]);
const nodeVersion = node ? await versionOfNode(node) : undefined;

const script = `
import { matmul, openDevice } from "./core.mjs";
import { loadTokenizer } from "./data.mjs";
export async function work() {
  const device = await openDevice({ device: "cpu", threads: 1 });
  const product = matmul(device.tensor([1, 2, 3, 4], [2, 2]), device.tensor([5, 6, 7, 8], [2, 2]));
  const numbers = [...await product.data()];
  device.dispose();
  const model = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] };
  const json = JSON.stringify({ model, decoder: { type: "Fuse" } });
  const config = JSON.stringify({ chat_template: "{{ messages[0].content }}" });
  const files = { "tokenizer.json": new Blob([json]), "tokenizer_config.json": new Blob([config]) };
  const { encode, renderChat } = await loadTokenizer({ open: async (name) => files[name] });
  return JSON.stringify([numbers, encode(renderChat([{ role: "user", content: "aba" }]))]);
}
`;

const expected = "[[19,22,43,50],[2,0]]";
const bundles = { "core.mjs": "core/mod.ts", "data.mjs": "data/mod.ts" };

const page = `<!DOCTYPE html><link rel="icon" href="data:,"><script type="module">
const answer = (text) => fetch("/answer", { method: "POST", body: text });
import("./script.mjs").then(({ work }) => work()).then(answer, (error) => answer("failed: " + error.stack));
</script>`;

Deno.test({
  name: `core and data run in a page${
    chromium ? "" : " (skipped: no Chromium; install it or set CHROMIUM to its path)"
  }`,
  ignore: !chromium,
  async fn() {
    const files: Record<string, [string, string]> = {
      "/": [page, "text/html"],
      "/script.mjs": [script, "text/javascript"],
    };
    for (const [name, code] of await bundled()) files[`/${name}`] = [code, "text/javascript"];
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
  name: `core and data run in Node${nodeVersion ? "" : " (skipped: no Node.js on PATH)"}`,
  ignore: !nodeVersion,
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      for (const [name, code] of await bundled()) await Deno.writeTextFile(`${dir}/${name}`, code);
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

let made: Promise<[string, string][]> | undefined;

/** Each package as one module of ES2022, by the name of its file. */
function bundled(): Promise<[string, string][]> {
  return made ??= (async () => {
    try {
      const all = Object.entries(bundles).map(async ([name, path]): Promise<[string, string]> => {
        const { outputFiles } = await build({
          entryPoints: [new URL(`../../packages/${path}`, import.meta.url).pathname],
          bundle: true,
          write: false,
          format: "esm",
          target: "es2022",
          nodePaths: [new URL("node_modules", import.meta.url).pathname], // bundlers know no import map
          platform: "browser",
          logLevel: "silent",
        });
        return [name, outputFiles[0]!.text];
      });
      return await Promise.all(all);
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
