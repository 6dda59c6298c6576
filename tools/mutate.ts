/**
 * Breaks kernels and the algorithm of PPO on purpose and expects their tests to turn red: `deno task mutate [folder …]`.
 *
 * Works on a copy of the repository's files. A mutation that survives is a test that cannot fail.
 */
import { mutations } from "./mutations.ts";
import { root } from "./workspace.ts";

/** One deliberate mistake. */
export interface Mutation {
  /** A file under packages; the tests beside it must turn red. */
  readonly file: string;
  /** Text that stands there exactly once. */
  readonly find: string;
  /** What it becomes. */
  readonly replace: string;
}

async function run(cwd: string, ...args: string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd, stdin: "null", stdout: "null", stderr: "null" });
  return (await command.output()).success;
}

async function copyRepository(): Promise<string> {
  const to = await Deno.makeTempDir({ prefix: "tare-mutate-" });
  const { stdout } = await new Deno.Command("git", { args: ["ls-files"], cwd: root }).output();
  for (const path of new TextDecoder().decode(stdout).trim().split("\n")) {
    await Deno.mkdir(`${to}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(new URL(path, root), `${to}/${path}`);
  }
  return to;
}

/** The folder of a file, whose tests watch over it. */
function folderOf({ file }: Mutation): string {
  return `packages/${file.slice(0, file.lastIndexOf("/"))}`;
}

/** Checks that a mutation can be made: its text stands once in the source, and would change. */
export function checkMutation(source: string, { file, find, replace }: Mutation): void {
  const count = source.split(find).length - 1;
  if (count !== 1) {
    throw new Error(`Expected "${find}" once in ${file} but found it ${count} times: mend tools/mutations.ts`);
  }
  if (find === replace) throw new Error(`Expected "${find}" of ${file} to change: mend tools/mutations.ts`);
}

/** Whether the tests of the file's folder fail with the mistake in place. */
async function isCaught(copy: string, mutation: Mutation): Promise<boolean> {
  const { file, find, replace } = mutation;
  const path = `${copy}/packages/${file}`;
  const source = await Deno.readTextFile(path);
  checkMutation(source, mutation);
  const compiled = file.endsWith(".as.ts");
  try {
    await Deno.writeTextFile(path, source.replace(find, () => replace));
    if (compiled && !await run(copy, "task", "build:kernels")) throw new Error(`"${replace}" does not compile`);
    return !await run(copy, "test", "-A", "--no-check", "--fail-fast", folderOf(mutation));
  } finally {
    await Deno.writeTextFile(path, source);
    if (compiled) await run(copy, "task", "build:kernels");
  }
}

if (import.meta.main) {
  const nameOf = (mutation: Mutation) => folderOf(mutation).replace(/.*\//, "");
  const chosen = mutations.filter((one) => Deno.args.length === 0 || Deno.args.includes(nameOf(one)));
  const copy = await copyRepository();
  let survivors = 0;
  try {
    for (const folder of new Set(chosen.map(folderOf))) {
      if (await run(copy, "test", "-A", folder)) continue;
      throw new Error(`The tests of ${folder} are red without a mutation`);
    }
    for (const mutation of chosen) {
      const caught = await isCaught(copy, mutation);
      if (!caught) survivors++;
      const { file, find, replace } = mutation;
      console.log(`${caught ? "red  " : "GREEN"}  ${file}: ${find.trim()} → ${replace.trim()}`);
    }
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
  console.log(`${chosen.length - survivors} of ${chosen.length} mistakes turn a test red`);
  Deno.exit(survivors === 0 ? 0 : 1);
}
