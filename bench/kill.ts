/**
 * Kills training with `kill -9` at random moments, resumes it, and compares the final weights with those of a run left
 * alone: `deno task bench:kill [MOMENTS]`, 20 for each trainer by default.
 *
 * The model is tiny and every step writes a checkpoint, so that most of the time goes into writing. A moment is uniform
 * over the wall time of the run left alone, the start of the program included; every fourth one is near the end instead,
 * where `best` is named and the model put in its place. Moments at which the run had ended already are drawn anew.
 */
import { table } from "../apps/cli/table.ts";
import { runTare, spawnTare, TemporaryFolder, writeTinyData, writeTinyModel } from "../apps/cli/testing.ts";

const moments = Number(Deno.args[0] ?? 20);
const steps = 60;
const trainers = [["sft", "demonstrations"], ["reward", "preferences"]] as const;

/** Where a kill fell, by what it left behind. */
function placeOf(run: string): string {
  const names = folderOf(run);
  if (!names.includes("run.json")) return "before the first step";
  if (names.includes("config.json")) return "after the end";
  if (names.some((name) => /^\.step-.*\.tmp$/.test(name))) return "within a checkpoint";
  if (names.some((name) => name.endsWith(".tmp"))) return "within another file";
  if (names.includes("latest") && Deno.readTextFileSync(`${run}/latest`).trim() === `step-${steps}`) {
    return "after the last step";
  }
  const folders = names.filter((name) => name.startsWith("step-")).length;
  return folders > 2 ? "between checkpoint and pointers" : "between checkpoints";
}

function folderOf(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return [];
  }
}

async function run(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runTare(args);
  if (code !== 0) throw new Error(`tare ${args.join(" ")} ended with ${code}: ${stderr}`);
}

/** Starts a run and kills it at a moment. @returns Whether it was still alive. */
async function kill(args: readonly string[], moment: () => Promise<void>): Promise<boolean> {
  const child = spawnTare(...args);
  await child.stdin.close();
  const output = child.output();
  await Promise.race([moment(), output]);
  try {
    child.kill("SIGKILL");
  } catch {
    // it has ended
  }
  return (await output).signal === "SIGKILL";
}

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** The moment when the last checkpoint has its name, or up to 20 ms later. */
async function atTheEnd(run: string): Promise<void> {
  while ((await Deno.readTextFile(`${run}/latest`).catch(() => "")).trim() !== `step-${steps}`) await wait(0);
  await wait(20 * Math.random());
}

async function equal(a: string, b: string): Promise<boolean> {
  const [x, y] = await Promise.all([a, b].map((run) => Deno.readFile(`${run}/model.safetensors`)));
  return x!.length === y!.length && x!.every((byte, i) => byte === y![i]);
}

let failures = 0;
for (const [command, data] of trainers) {
  await using folder = new TemporaryFolder();
  const { path } = folder;
  await writeTinyModel(path);
  await writeTinyData(path);
  const args = (out: string) => [
    ...[command, "--data", `${path}/${data}.jsonl`, "--model", path, "--out", out],
    ...["--batch", "4", "--steps", `${steps}`, "--learning-rate", "1e-2", "--eval-every", "7", "--save-every", "1"],
    ...["--device", "cpu", "--threads", "1"],
  ];
  await run(args(`${path}/alone`));
  const start = performance.now();
  await run([...args(`${path}/alone`), "--force"]); // the first one compiled the program
  const whole = performance.now() - start;
  const counts = new Map<string, { kills: number; same: number }>();
  for (let i = 0; i < moments; i++) {
    const out = `${path}/killed-${i}`;
    const moment = () => i % 4 === 3 ? atTheEnd(out) : wait(Math.random() * whole);
    while (!await kill(args(out), moment)) await Deno.remove(out, { recursive: true });
    const place = placeOf(out);
    await run([...args(out), "--resume"]);
    const same = await equal(out, `${path}/alone`);
    const { kills, same: before } = counts.get(place) ?? { kills: 0, same: 0 };
    counts.set(place, { kills: kills + 1, same: before + Number(same) });
    if (!same) failures++;
    await Deno.remove(out, { recursive: true });
  }
  console.log(`tare ${command}: ${steps} steps in ${(whole / 1000).toFixed(1)} s, ${moments} kills`);
  const rows = [...counts].map(([place, { kills, same }]) => [place, `${kills}`, `${same}`]);
  console.log(table(["the kill fell", "kills", "identical weights after resuming"], rows));
}
Deno.exit(failures > 0 ? 1 : 0);
