/**
 * Runs every test: `deno task test`.
 *
 *     deno task test                        everything
 *     deno task test packages/core          the tests of some folders or files, examples in comments included
 *     deno task test --filter matmul        the tests with this in their name
 *
 * The workspace's tests come first, then a check that the compiled kernels are what their sources give, then the tests
 * of folders outside the workspace, each under its own configuration and lock. The last line counts them all.
 */
import { parseArgs } from "@std/cli";
import { exists, filesUnder, outsiders, root } from "./workspace.ts";

/** One command to run. What it reports in `junit` is counted; without that, the command itself is one test. */
export interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly junit: boolean;
}

/** How many tests there were, and the names of those that were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

/**
 * Says what to run.
 *
 * @param paths What the user named; nothing for everything.
 * @param filter Part of a test's name; everything if absent.
 * @param folders Folders outside the workspace that have tests.
 */
export function plan(
  paths: readonly string[],
  filter: string | undefined,
  folders: readonly string[],
): Step[] {
  const test = ["test", "-A", "--trace-leaks", ...filter === undefined ? [] : ["--filter", filter]];
  const inside = (path: string) => folders.find((folder) => `${path}/`.startsWith(`${folder}/`));
  const workspace = paths.filter((path) => !inside(path));
  const steps: Step[] = [];
  if (workspace.length > 0 || paths.length === 0) {
    steps.push({ name: "workspace", args: [...test, "--doc", "--parallel", ...workspace], junit: true });
  }
  if (paths.length === 0 && filter === undefined) {
    steps.push({ name: "compiled kernels", args: ["task", "build:kernels", "--check"], junit: false });
  }
  for (const folder of folders) {
    const named = paths.length === 0 ? [folder] : paths.filter((path) => inside(path) === folder);
    if (named.length === 0) continue;
    steps.push({ name: folder, args: [...test, "--config", `${folder}/deno.json`, ...named], junit: true });
  }
  return steps;
}

/** Counts the tests of a JUnit report. Steps of a test are part of it; what a filter left out (no time) is nothing. */
export function countTests(xml: string): Counts {
  const names = new Set<string>();
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  for (const [, head, body] of xml.matchAll(/<testcase (.*?)>(.*?)<\/testcase>/gs)) {
    const name = unescape(/\bname="(.*?)"/s.exec(head!)![1]!);
    const isStep = [...names].some((test) => name.startsWith(`${test} > `));
    names.add(name);
    if (isStep || !/\btime="/.test(head!)) continue;
    if (body!.includes("<skipped")) skipped.push(name);
    else if (/<failure|<error/.test(body!)) failed++;
    else passed++;
  }
  return { passed, failed, skipped };
}

/** Sums up why tests were skipped: what stands behind `skipped:` in their names, and how often. */
export function skipReasons(skipped: readonly string[]): string[] {
  const reasons = Map.groupBy(
    skipped,
    (name) => /skipped: (.*?)\)?$/.exec(name)?.[1] ?? `no reason given: ${name}`,
  );
  return [...reasons].map(([reason, names]) => `${names.length} skipped: ${reason}`);
}

function unescape(xml: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return xml.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity) => entities[entity]!);
}

async function run({ name, args, junit }: Step, folder: string): Promise<Counts> {
  console.log(`\n── ${name} ──`);
  const report = `${folder}/${name.replaceAll(/\W/g, "_")}.xml`;
  const [command, ...rest] = args;
  const status = await new Deno.Command(Deno.execPath(), {
    args: [command!, ...junit ? [`--junit-path=${report}`] : [], ...rest],
    cwd: root,
    env: {
      DENO_JOBS: Deno.env.get("DENO_JOBS") ?? `${Math.min(navigator.hardwareConcurrency, 8)}`,
      XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? folder, // without one, Vulkan drivers complain at every start
    },
    stdin: "null",
  }).spawn().status;
  if (!junit) return { passed: status.success ? 1 : 0, failed: status.success ? 0 : 1, skipped: [] };
  const xml = await Deno.readTextFile(report).catch(() => "");
  if (crashedAtExit(status, xml)) {
    console.log(
      `${name}: killed by ${status.signal} at exit, after the last test; software GPU drivers do that at times`,
    );
  }
  return judge(status, xml);
}

/** How a process ended. */
type Status = Pick<Deno.CommandStatus, "success" | "signal">;

/** Whether a signal ended a process that had run all its tests: Deno writes the report after the last one. */
function crashedAtExit({ signal }: Status, xml: string): boolean {
  return signal !== null && /<\/testsuites>/.test(xml);
}

/**
 * Counts the tests of a process. One that fails without a failed test has failed once: a file that does not load is in no
 * report. A crash of the driver when the process exits fails no test.
 */
export function judge(status: Status, xml: string): Counts {
  const counts = countTests(xml);
  return status.success || counts.failed > 0 || crashedAtExit(status, xml) ? counts : { ...counts, failed: 1 };
}

if (import.meta.main) {
  const { _: paths, filter } = parseArgs(Deno.args, {
    string: ["filter"],
    unknown: (arg, key) => {
      if (!key) return true;
      console.error(`Unknown option ${arg}: deno task test [--filter text] [paths]`);
      Deno.exit(2);
    },
  });
  const withTests = await Promise.all(outsiders.map((folder) => filesUnder(folder, "_test.ts")));
  const folders = outsiders.filter((_, i) => withTests[i]!.length > 0);
  const named = paths.map((path) => `${path}`.replace(/^\.\//, "").replace(/\/$/, ""));
  for (const path of named) {
    if (await exists(path)) continue;
    console.error(`Cannot find ${path} in the repository`);
    Deno.exit(2);
  }
  const reports = await Deno.makeTempDir();
  const all: Counts[] = [];
  try {
    for (const step of plan(named, filter, folders)) all.push(await run(step, reports));
  } finally {
    await Deno.remove(reports, { recursive: true });
  }
  const skipped = all.flatMap((counts) => counts.skipped);
  const passed = all.reduce((sum, counts) => sum + counts.passed, 0);
  const failed = all.reduce((sum, counts) => sum + counts.failed, 0);
  console.log(
    ["", ...skipReasons(skipped), `${passed} passed, ${failed} failed, ${skipped.length} skipped`].join("\n"),
  );
  Deno.exit(failed > 0 || passed === 0 ? 1 : 0);
}
