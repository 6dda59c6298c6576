/**
 * Kills commands with `kill -9` at random moments, lets them go on, and compares what they wrote with what a run left alone
 * writes: `deno task bench:kill [MOMENTS] [--only sft,reward,sample,ppo,run]`, 20 of each by default.
 *
 * The model is tiny and every step writes a checkpoint, so that most of the time goes into writing. A moment is uniform over
 * the wall time of the run left alone, the start of the program included; every fourth one is near the end instead, where
 * `best` is named and the model put in its place. Every fifth run is killed again while it goes on. Moments at which the run
 * had ended already are drawn anew. Of `metrics.jsonl` all is compared but `perf/*` and `tokens_per_second`.
 */
import { parseArgs } from "@std/cli";
import { table } from "../apps/cli/table.ts";
import { runTare, spawnTare, TemporaryFolder } from "../apps/cli/testing.ts";
import { cases } from "./kill/cases.ts";

const { _: [count = 20], only = Object.keys(cases).join() } = parseArgs(Deno.args, { string: ["only"] });
const moments = Number(count);
const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

async function run(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runTare(args);
  if (code !== 0) throw new Error(`tare ${args.join(" ")} ended with ${code}: ${stderr}`);
}

/** Starts a command and kills it at a moment. @returns Whether it was still alive. */
async function kill(args: readonly string[], moment: () => Promise<void>): Promise<boolean> {
  const child = spawnTare(...args);
  await child.stdin.close();
  let ended = false;
  const output = child.output().finally(() => ended = true);
  await Promise.race([moment(), output]);
  if (!ended) child.kill("SIGKILL");
  return (await output).signal === "SIGKILL";
}

/** A file without what depends on the clock. */
async function contentOf(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  if (!path.endsWith("metrics.jsonl")) return new TextDecoder("latin1").decode(bytes);
  const timeless = (name: string, value: unknown) =>
    name.startsWith("perf/") || name === "tokens_per_second" ? undefined : value;
  return new TextDecoder().decode(bytes).split("\n").map((line) => line && JSON.stringify(JSON.parse(line), timeless))
    .join("\n");
}

let failures = 0;
for (const name of only.split(",")) {
  const { words, prepare, args, resume, results, placeOf, nearEnd } = cases[name]!;
  await using folder = new TemporaryFolder();
  const { path } = folder;
  await prepare(path);
  await run(args(path, `${path}/warm`)); // compiles the program
  const start = performance.now();
  await run(args(path, `${path}/alone`));
  const whole = performance.now() - start;
  const counts = new Map<string, { kills: number; same: number }>();
  for (let i = 0; i < moments; i++) {
    const out = `${path}/killed-${i}`;
    const moment = () => i % 4 === 3 ? nearEnd(out) : wait(Math.random() * whole);
    while (!await kill(args(path, out), moment)) await Deno.remove(out, { recursive: true });
    const place = placeOf(out);
    const again = [...args(path, out), ...resume];
    if (i % 5 === 4) await kill(again, () => wait(Math.random() * whole));
    await run(again);
    const contents = (out: string) =>
      Promise.all(results.map((result) => contentOf(result ? `${out}/${result}` : out)));
    const [alone, killed] = await Promise.all([`${path}/alone`, out].map(contents));
    const other = results.filter((_, at) => alone![at] !== killed![at]);
    if (other.length > 0) console.log(`${name}: killed ${place}, other bytes in ${other.join(", ") || out}`);
    const { kills, same } = counts.get(place) ?? { kills: 0, same: 0 };
    counts.set(place, { kills: kills + 1, same: same + Number(other.length === 0) });
    if (other.length > 0) failures++;
    await Deno.remove(out, { recursive: true });
  }
  console.log(`tare ${name}: ${words} in ${(whole / 1000).toFixed(1)} s, ${moments} kills`);
  const rows = [...counts].map(([place, { kills, same }]) => [place, `${kills}`, `${same}`]);
  console.log(table(["the kill fell", "kills", "identical results after resuming"], rows));
}
Deno.exit(failures > 0 ? 1 : 0);
