/** The first run stays light: whatever the root lock names is downloaded by any `deno` command after a clone. */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { root } from "./workspace.ts";

/** Every npm package that the root lock may name. Heavier ones live in a folder with a lock of its own. */
const allowed: readonly string[] = [
  "@asteasolutions/zod-to-openapi", // the server's schemas as OpenAPI, with three small packages that it needs
  "@hono/zod-openapi",
  "@hono/zod-validator",
  "@huggingface/blake3-jit",
  "@huggingface/hub",
  "@huggingface/jinja",
  "@huggingface/tasks",
  "@huggingface/tokenizers",
  "@huggingface/xetchunk-wasm",
  "@noble/hashes",
  "@types/d3-path",
  "@types/d3-scale", // charts of the report: axes and paths without a browser, 1 MB with what they need
  "@types/d3-shape",
  "@types/d3-time",
  "ansi-regex",
  "cli-progress",
  "d3-array",
  "d3-color",
  "d3-format",
  "d3-interpolate",
  "d3-path",
  "d3-scale",
  "d3-shape",
  "d3-time",
  "d3-time-format",
  "deno-std",
  "emoji-regex",
  "fast-check",
  "fzstd",
  "gearhash-jit",
  "hono",
  "hyparquet",
  "hyparquet-compressors",
  "hysnappy",
  "internmap",
  "is-fullwidth-code-point",
  "openai",
  "openapi3-ts",
  "pure-rand",
  "string-width",
  "strip-ansi",
  "yaml",
  "zod",
];

const mostMegabytes = 75;

const lock: { npm: Record<string, unknown> } = JSON.parse(
  await Deno.readTextFile(new URL("deno.lock", root)),
);

/** The lock's packages as pairs of name and version: `name@1.2.3`, then what it is a peer of after `_`. */
const packages = Object.keys(lock.npm).map((key) => /^(.+?)@([^_]+)/.exec(key)!.slice(1) as [string, string]);

Deno.test("the root lock names only packages that we chose", () => {
  const names = packages.map(([name]) => name);
  assertEquals(names.filter((name) => !allowed.includes(name)), [], "add it to the list if it is small");
});

Deno.test(`the root lock's packages take less than ${mostMegabytes} MB`, async () => {
  const info = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], cwd: root });
  const { npmCache } = JSON.parse(new TextDecoder().decode((await info.output()).stdout));
  const sizes = await Promise.all(packages.map(async ([name, version]) => {
    const bytes = await cachedBytes(npmCache, `${name}/${version}`);
    console.log(`${name}@${version}: ${(bytes / 1e6).toFixed(1)} MB`);
    return bytes;
  }));
  const megabytes = sizes.reduce((a, b) => a + b, 0) / 1e6;
  assertGreater(megabytes, 0);
  assertLess(megabytes, mostMegabytes);
});

/** Bytes of a package in the cache, which has one folder for each registry. */
async function cachedBytes(cache: string, path: string): Promise<number> {
  let bytes = 0;
  for await (const { name } of Deno.readDir(cache)) bytes += await bytesUnder(`${cache}/${name}/${path}`);
  return bytes;
}

async function bytesUnder(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      bytes += isDirectory ? await bytesUnder(`${folder}/${name}`) : (await Deno.stat(`${folder}/${name}`)).size;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return bytes;
}
