/**
 * The gate before a commit: `deno task ok`.
 *
 * Runs every step, also after one has failed; prints a line for each, and what the failing ones said.
 */
import { entryPoints, exists, filesUnder, outsiders, root } from "./workspace.ts";

/** A command of this Deno: what it is for, and its arguments. */
export type Step = readonly [name: string, ...args: string[]];

/**
 * Lists the steps, the quick ones first.
 *
 * @param entries Files that the members export, for steps that take them in one call.
 * @param scripts Scripts of pages: no other step checks their types.
 * @param folders TypeScript files of each folder outside the workspace.
 */
export function steps(
  entries: readonly string[],
  scripts: readonly string[],
  folders: Readonly<Record<string, readonly string[]>>,
): Step[] {
  const modules = entries.filter((file) => /^packages\/([^/]+|eval\/(human|report))\/mod\.ts$/.test(file));
  const outside = Object.entries(folders).filter(([, files]) => files.length > 0);
  return [
    ["format", "fmt", "--check"],
    ["lint", "lint"],
    ["layers", "run", "-A", "tools/check_layers.ts"],
    ["types", "check"],
    // Documentation and browser types say nothing of a package that is not there yet: `deno doc` would list the root.
    ...(entries.length > 0
      ? [["doc lint", "doc", "--lint", ...entries], ["docs", "run", "-A", "tools/check_docs.ts"]] as Step[]
      : []),
    ...(modules.length > 0
      ? [["types in a browser", "check", "--config", "browser.json", ...modules, ...scripts]] as Step[]
      : []),
    ...outside.map(([folder, files]): Step => [
      `types in ${folder}`,
      "check",
      "--config",
      `${folder}/deno.json`,
      ...files,
    ]),
    ["publish, dry", "publish", "--dry-run", "--allow-dirty"],
    ["tests", "task", "test"],
  ];
}

/** Runs one step; gives what it said and whether it went well. */
export async function run([, ...args]: Step): Promise<{ ok: boolean; seconds: number; output: string }> {
  const start = performance.now();
  const command = new Deno.Command(Deno.execPath(), { args, cwd: root, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { ok: success, seconds: (performance.now() - start) / 1000, output };
}

if (import.meta.main) {
  const folders: Record<string, string[]> = {};
  for (const folder of outsiders) {
    if (await exists(`${folder}/deno.json`)) folders[folder] = await filesUnder(folder, ".ts");
  }
  const failed: string[] = [];
  for (const step of steps(await entryPoints(), await filesUnder("apps/server/pages", ".js"), folders)) {
    const { ok, seconds, output } = await run(step);
    console.log(`${ok ? "ok    " : "FAILED"}  ${seconds.toFixed(1).padStart(6)} s  ${step[0]}`);
    if (ok) continue;
    failed.push(step[0]);
    console.log(`$ deno ${step.slice(1).join(" ")}\n${output}`);
  }
  console.log(failed.length > 0 ? `Not yet: ${failed.join(", ")}` : "All is well.");
  if (failed.length > 0) Deno.exit(1);
}
