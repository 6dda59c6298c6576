/** A reward model behind another server, as a GPU has it: a pass takes its time, whether one text is in it or many. */
import { baselineRows } from "./prepare.ts";
import type { Sample } from "./rewards.ts";

/** It at work. Disposing of it ends it. */
export interface Upstream extends Disposable {
  /** Flags of a server that scores by it, with baselines of its own. */
  readonly flags: readonly string[];
  /** Samples, and what it says of them. */
  readonly samples: readonly Sample[];
}

/** Starts it in a thread of its own, and writes its baselines into a folder. */
export async function startUpstream(folder: string): Promise<Upstream> {
  const worker = new Worker(new URL("./upstream_worker.ts", import.meta.url), { type: "module" });
  const url = await new Promise<string>((resolve) => worker.onmessage = ({ data }) => resolve(data));
  const file = `${folder}/upstream_baselines.jsonl`;
  const rows = (await baselineRows(folder)).map((row) => {
    return { ...row, rewardModel: url, rewards: row.responses.map((response) => scoreOf(row.prompt + response)) };
  });
  await Deno.writeTextFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const samples = rows.flatMap(({ prompt, responses, rewards }) => {
    const baseline = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
    return responses.map((response, i) => {
      return { prompt, query: prompt + response, expected: Math.fround(rewards[i]! - baseline) };
    });
  });
  return {
    flags: ["--reward-url", url, "--reward-kind", "openrlhf", "--baselines", file],
    samples,
    [Symbol.dispose]: () => worker.terminate(),
  };
}

/** What it says of a text: nothing that means anything, but the same each time, and exact in 32 bits. */
export function scoreOf(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (31 * sum + text.charCodeAt(i)) % 4096;
  return sum / 512 - 4;
}
