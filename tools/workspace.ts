/** What the workspace holds: its members, their entry points, and the folders that stand outside it. */

/** The repository's root, with a slash at the end. */
export const root: URL = new URL("../", import.meta.url);

/** Folders with a `deno.json` and a lock of their own: what they load is too heavy for the root's lock. */
export const outsiders: readonly string[] = [
  "packages/transformers",
  "tools/kernels",
  "bench/peers",
  "bench/onnx",
  "tests/browser",
];

/** A member's `deno.json`, as far as the tools read it. */
export interface Manifest {
  readonly name?: string;
  readonly exports?: string | Readonly<Record<string, string>>;
}

/** Folders of the workspace's members, such as `packages/core`. */
export async function members(): Promise<string[]> {
  const { workspace } = await readJson<{ workspace: string[] }>("deno.json");
  return workspace.map((path) => path.replace(/^\.\//, ""));
}

/** Files that the members export, such as `packages/core/mod.ts`; those not written yet are left out. */
export async function entryPoints(): Promise<string[]> {
  const files = (await members()).map(async (folder) => exported(folder, await readJson(`${folder}/deno.json`)));
  const known = (await Promise.all(files)).flat();
  const there = await Promise.all(known.map(exists));
  return known.filter((_, i) => there[i]);
}

/** Files that one manifest exports. */
export function exported(folder: string, { exports = {} }: Manifest): string[] {
  const paths = typeof exports === "string" ? [exports] : Object.values(exports);
  return paths.map((path) => `${folder}/${path.replace(/^\.\//, "")}`);
}

/** Whether a file or folder of the repository exists. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(new URL(path, root)).then(() => true, () => false);
}

/** Every file under a folder of the repository whose name ends in `suffix`, sorted; none if there is no such folder. */
export async function filesUnder(folder: string, suffix: string): Promise<string[]> {
  if (!await exists(folder)) return [];
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== "node_modules") found.push(...await filesUnder(path, suffix));
    else if (name.endsWith(suffix)) found.push(path);
  }
  return found.sort();
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(path, root)));
}
