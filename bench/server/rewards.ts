/** Clients of `/get_reward`, each with one sample at a time, as OpenRLHF asks. */
import { table } from "../../apps/cli/table.ts";
import { baselineRows, rowsOf } from "./prepare.ts";
import { type Server, startServer } from "./start.ts";

/** A sample, and what offline scoring says of it, less the mean of its prompt. */
export interface Sample {
  readonly prompt: string;
  readonly query: string;
  readonly expected: number;
}

/** Samples of the reward model of a folder. */
export async function scored(folder: string): Promise<Sample[]> {
  const rows = await rowsOf<{ prompt: string; completion: string; reward: number }>(`${folder}/scored.jsonl`);
  const baselines = new Map((await baselineRows(folder)).map(({ prompt, rewards }) => {
    return [prompt, rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length];
  }));
  return rows.map(({ prompt, completion, reward }) => {
    const expected = Math.fround(Math.fround(reward) - baselines.get(prompt)!);
    return { prompt, query: prompt + completion, expected };
  });
}

async function rewardOf(server: Server, { prompt, query }: Sample): Promise<number> {
  const body = JSON.stringify({ query: [query], prompts: [prompt], labels: [""] });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${server.origin}/get_reward`, { method: "POST", headers, body });
  const answer = await response.json();
  if (!response.ok) throw new Error(`POST /get_reward: ${response.status} ${JSON.stringify(answer)}`);
  return answer.rewards[0];
}

/** Keeps some clients busy until the signal fires; says how much they got. */
export async function keepAsking(
  server: Server,
  samples: readonly Sample[],
  clients: number,
  signal: AbortSignal,
): Promise<{ readonly asked: number; readonly seconds: number }> {
  const start = performance.now();
  let asked = 0;
  await Promise.all(Array.from({ length: clients }, async () => {
    while (!signal.aborted) {
      const sample = samples[asked++ % samples.length]!;
      check(sample, await rewardOf(server, sample));
    }
  }));
  return { asked, seconds: (performance.now() - start) / 1000 };
}

/** What asks, and how much. */
export interface Asking {
  readonly clients: number;
  readonly count: number;
}

/** Times two servers by turns, one that scores together what comes together and one that does not, and prints the ratio. */
export async function compareBatching(
  name: string,
  folder: string,
  flags: readonly string[],
  samples: readonly Sample[],
  { clients, count }: Asking,
): Promise<void> {
  const servers = {
    together: await startServer(folder, flags),
    "one by one": await startServer(folder, [...flags, "--batch", "1"]),
  };
  const rates: Record<keyof typeof servers, number[]> = { together: [], "one by one": [] };
  for (let round = 0; round < 4; round++) {
    for (const way of ["together", "one by one"] as const) {
      const many = way === "together" ? count : Math.ceil(count / 8);
      const rate = await rateOf(servers[way], samples, clients, many);
      if (round > 0) rates[way].push(rate); // the first warms up
    }
  }
  for (const server of Object.values(servers)) await server.stop();
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const [together, single] = [median(rates.together), median(rates["one by one"])];
  console.log(`\n${name}`);
  console.log(table(["scored", "samples a second", "ratio"], [
    ["together", together.toFixed(0), (together / single).toFixed(2)],
    ["one by one", single.toFixed(0), "1"],
  ]));
}

async function rateOf(server: Server, samples: readonly Sample[], clients: number, count: number): Promise<number> {
  let next = 0;
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, async () => {
    while (next < count) {
      const sample = samples[next++ % samples.length]!;
      check(sample, await rewardOf(server, sample));
    }
  }));
  return count / ((performance.now() - start) / 1000);
}

function check({ query, expected }: Sample, found: number): void {
  if (found === expected) return;
  throw new Error(`Expected ${expected}, as offline, but found ${found} for ${JSON.stringify(query)}`);
}
