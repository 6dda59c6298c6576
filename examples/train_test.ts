import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openDevice } from "@tare/core";
import { train } from "./train.ts";

const script = new URL("./train.ts", import.meta.url).pathname;

/** Runs the demo as a user would. */
async function demo(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args],
    stdin: "null",
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("the demo learns, leaves nothing, and gives the same losses for any number of threads", async () => {
  const runs: number[][] = [];
  for (const threads of [1, 2]) {
    using device = await openDevice({ device: "cpu", threads });
    const losses: number[] = [];
    for await (const { loss } of train(device, { steps: 40, seed: 3 })) losses.push(loss);
    assertEquals([device.stats().blocks, device.stats().bytes], [0, 0]);
    runs.push(losses);
  }
  assertEquals(runs[0], runs[1]);
  assert(runs[0]!.at(-1)! < 0.8 * runs[0]![0]!, `the loss went from ${runs[0]![0]} to ${runs[0]!.at(-1)}`);
});

Deno.test("the demo prints what it does, and refuses what it does not know in one line", async () => {
  const { code, out } = await demo("--device", "cpu", "--steps", "2");
  assertEquals(code, 0);
  assertStringIncludes(out, "step    1  loss ");
  for (const args of [["--stpes", "3"], ["--steps", "many"], ["--device", "cuda"]]) {
    const { code, out, err } = await demo(...args);
    assertEquals([code, out, err.trim().split("\n").length], [2, "", 1]);
  }
});
