/**
 * Breaks each kernel on purpose and expects its tests to turn red: `deno task mutate [name …]`.
 *
 * Works on a copy of the repository's files. A mutation that survives is a test that cannot fail.
 */
import { mutations } from "./mutations.ts";
import { root } from "./workspace.ts";

/** One deliberate mistake. */
export interface Mutation {
  /** The kernel's folder under packages/core/kernels. */
  readonly kernel: string;
  /** A file of that folder. */
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

/** Whether the tests of the kernel's folder fail with the mistake in place. */
async function isCaught(copy: string, { kernel, file, find, replace }: Mutation): Promise<boolean> {
  const path = `${copy}/packages/core/kernels/${kernel}/${file}`;
  const source = await Deno.readTextFile(path);
  if (source.split(find).length !== 2) {
    throw new Error(`Expected "${find}" once in ${kernel}/${file}: mend tools/mutations.ts`);
  }
  const compiled = file.endsWith(".as.ts");
  try {
    await Deno.writeTextFile(path, source.replace(find, () => replace));
    if (compiled && !await run(copy, "task", "build:kernels")) throw new Error(`"${replace}" does not compile`);
    return !await run(copy, "test", "-A", "--no-check", `packages/core/kernels/${kernel}`);
  } finally {
    await Deno.writeTextFile(path, source);
    if (compiled) await run(copy, "task", "build:kernels");
  }
}

if (import.meta.main) {
  const chosen = mutations.filter(({ kernel }) => Deno.args.length === 0 || Deno.args.includes(kernel));
  const copy = await copyRepository();
  let survivors = 0;
  try {
    for (const kernel of new Set(chosen.map(({ kernel }) => kernel))) {
      if (!await run(copy, "test", "-A", `packages/core/kernels/${kernel}`)) {
        throw new Error(`The tests of ${kernel} are red without a mutation`);
      }
    }
    for (const mutation of chosen) {
      const caught = await isCaught(copy, mutation);
      if (!caught) survivors++;
      const { kernel, file, find, replace } = mutation;
      console.log(`${caught ? "red  " : "GREEN"}  ${kernel}/${file}: ${find.trim()} → ${replace.trim()}`);
    }
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
  console.log(`${chosen.length - survivors} of ${chosen.length} mistakes turn a test red`);
  Deno.exit(survivors === 0 ? 0 : 1);
}
