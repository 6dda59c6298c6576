/**
 * The engine outside Deno: a page in Chromium and a script in Node import it and multiply two matrices on the CPU.
 *
 * Both load one bundle for ES2022, as a web project makes it, because Node 20 and 22 cannot read `using`. The page asks
 * for nothing else: no cross-origin isolation, no worker.
 */
import { assertEquals } from "@std/assert";
import { build, stop } from "esbuild";

const chromium = await find([Deno.env.get("CHROMIUM") ?? "", "chromium", "chromium-browser", "google-chrome"]);
const node = await find(["node"]);
const nodeVersion = node ? await versionOfNode(node) : undefined;

const script = `
import { matmul, openDevice } from "./core.mjs";
export async function multiply() {
  const device = await openDevice({ device: "cpu", threads: 1 });
  const product = matmul(device.tensor([1, 2, 3, 4], [2, 2]), device.tensor([5, 6, 7, 8], [2, 2]));
  const numbers = [...await product.data()];
  device.dispose();
  return JSON.stringify(numbers);
}
`;

const page = `<!DOCTYPE html><link rel="icon" href="data:,"><script type="module">
const answer = (text) => fetch("/answer", { method: "POST", body: text });
import("./script.mjs").then(({ multiply }) => multiply()).then(answer, (error) => answer("failed: " + error.stack));
</script>`;

Deno.test({
  name: `the engine runs in a page${chromium ? "" : " (skipped: no Chromium; install it or set CHROMIUM to its path)"}`,
  ignore: !chromium,
  async fn() {
    const files: Record<string, [string, string]> = {
      "/": [page, "text/html"],
      "/script.mjs": [script, "text/javascript"],
      "/core.mjs": [await bundle(), "text/javascript"],
    };
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
      assertEquals(await answer.promise, "[19,22,43,50]");
    } finally {
      clearTimeout(timer);
      done.abort();
      await ended;
      await removeLater(profile);
    }
  },
});

Deno.test({
  name: `the engine runs in Node${nodeVersion ? "" : " (skipped: no Node.js on PATH)"}`,
  ignore: !nodeVersion,
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${dir}/core.mjs`, await bundle());
      await Deno.writeTextFile(`${dir}/script.mjs`, script);
      await Deno.writeTextFile(`${dir}/main.mjs`, 'console.log(await (await import("./script.mjs")).multiply());');
      const flags = nodeVersion! < 21 ? ["--experimental-wasm-relaxed-simd"] : [];
      const command = new Deno.Command(node!, { args: [...flags, `${dir}/main.mjs`] });
      const { stdout, stderr } = await command.output();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals({ out, err }, { out: "[19,22,43,50]\n", err: "" });
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

let bundled: Promise<string> | undefined;

/** The engine as one module of ES2022. */
function bundle(): Promise<string> {
  return bundled ??= (async () => {
    const core = new URL("../../packages/core/mod.ts", import.meta.url).pathname;
    try {
      const { outputFiles } = await build({
        entryPoints: [core],
        bundle: true,
        write: false,
        format: "esm",
        target: "es2022",
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
