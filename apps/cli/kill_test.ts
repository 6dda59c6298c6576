import { assert, assertEquals } from "@std/assert";
import { folderWithModel, runTare, spawnTare, waitFor } from "./testing.ts";

/** How many steps a run's metrics have. */
async function stepsOf(run: string): Promise<number> {
  return (await Deno.readTextFile(`${run}/metrics.jsonl`).catch(() => "")).split("\n").length - 1;
}

/** Starts a run, kills it once its metrics have some steps, and says how many these were at last. */
async function killAt(steps: number, run: string, args: readonly string[]): Promise<number> {
  const child = spawnTare(...args);
  await child.stdin.close();
  await waitFor(child, async () => await stepsOf(run) >= steps);
  child.kill("SIGKILL");
  assertEquals((await child.output()).signal, "SIGKILL", "it had ended before");
  return await stepsOf(run);
}

const trainers: Record<string, readonly string[]> = {
  sft: ["--data", "demonstrations.jsonl"],
  reward: ["--data", "preferences.jsonl"],
  dpo: ["--data", "preferences.jsonl", "--lora-rank", "2"],
};

for (const [command, [flag, data, ...flags]] of Object.entries(trainers)) {
  Deno.test(`tare ${command} that is killed three times and resumed ends with the bytes of a run left alone`, async () => {
    await using folder = await folderWithModel();
    const { path } = folder;
    const args = (out: string) => [
      ...[command, flag!, `${path}/${data}`, "--model", path, "--out", `${path}/${out}`, ...flags],
      ...["--batch", "4", "--steps", "30", "--learning-rate", "1e-2", "--eval-every", "7", "--save-every", "1"],
      ...["--device", "cpu", "--threads", "1"],
    ];
    const alone = await runTare(args("alone"));
    assertEquals(alone.code, 0, alone.stderr);
    for (const steps of [2, 9, 17]) {
      const resume = steps > 2 ? ["--resume"] : [];
      const done = await killAt(steps, `${path}/killed`, [...args("killed"), ...resume]);
      assert(done < 30);
    }
    const last = await runTare([...args("killed"), "--resume"].with(-2, "2")); // threads do not count
    assertEquals(last.code, 0, last.stderr);
    for (const file of ["model.safetensors", "config.json", "tokenizer.json"]) {
      const [a, b] = await Promise.all(["alone", "killed"].map((run) => Deno.readFile(`${path}/${run}/${file}`)));
      assertEquals(a, b, file);
    }
    const lossesOf = async (run: string) =>
      (await Deno.readTextFile(`${path}/${run}/metrics.jsonl`)).trimEnd().split("\n").map((line) => {
        const { step, loss, "eval/loss": heldOut } = JSON.parse(line);
        return [step, loss, heldOut];
      });
    assertEquals(await lossesOf("killed"), await lossesOf("alone"));
    const names = (run: string) => [...Deno.readDirSync(`${path}/${run}`)].map(({ name }) => name).sort();
    assertEquals(names("killed"), names("alone"));
  });
}
