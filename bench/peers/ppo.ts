/**
 * Times one iteration of PPO, gpt-5m four times, against TRL's trainer and against the sum of our own parts:
 * `deno task bench:ppo`.
 *
 * Policy, critic, reference and reward model are GPT-2-shaped (four blocks, width 256); 32 prompts of 32 tokens, 96 new
 * tokens each, 4 epochs of one update. All iterate in turn. Prints a table and, as the last line, the same as JSON.
 *
 *     deno task bench:ppo [--rounds 5] [--threads 2]
 */
import { parseArgs } from "@std/cli";
import { openDevice } from "@tare/core";
import { startPeer } from "./model/peer_process.ts";
import { ourIterations } from "./ppo/ours.ts";
import { bareParts } from "./ppo/parts.ts";
import { config, makeModels, newTokens, prompts, writeWorkload } from "./ppo/workload.ts";
import { type Column, markdown, round } from "./table.ts";
import { alternateAll, median } from "./timing.ts";

/** A row of the table: milliseconds of a whole iteration and of its parts. */
interface Row {
  readonly who: string;
  readonly ms: number;
  readonly least?: number;
  readonly most?: number;
  readonly rollout?: number;
  readonly scoring?: number;
  readonly update?: number;
  /** How many times as fast Tare's trainer is. */
  readonly ratio: number;
}

const columns: readonly Column<Row>[] = [
  ["who", (row) => row.who],
  ...(["ms", "least", "most", "rollout", "scoring", "update", "ratio"] as const)
    .map((name): Column<Row> => [name, (row) => row[name], true]),
];

const { rounds, threads } = parseArgs(Deno.args, {
  string: ["rounds", "threads"],
  default: { rounds: "5", threads: "2" },
});
const load = Deno.loadavg()[0]!;
if (load > 0.5) console.error(`This machine is busy (load ${load.toFixed(1)}): publish no numbers of this run`);

using device = await openDevice({ device: "cpu", threads: Number(threads) });
using _scope = device.scope();
const folder = await Deno.makeTempDir({ prefix: "tare-bench-" });
await writeWorkload(folder, makeModels(device));
const iteration = ourIterations(device, makeModels(device));
const parts = bareParts(device, makeModels(device));
const python = Deno.env.get("TARE_PYTHON") ?? "python3";
const probe = new Deno.Command(python, { args: ["-c", "import trl.experimental.ppo, datasets"], stderr: "null" });
const trl = await probe.output().then(({ success }) => success, () => false)
  ? startPeer(python, [new URL("ppo/trl_peer.py", import.meta.url).pathname, folder, threads])
  : undefined;
if (!trl) {
  console.error(
    `TRL is left out: ${python} cannot import its PPO; install "trl==1.10.0" and datasets, or set TARE_PYTHON`,
  );
}

// What is compared must be the same work: random weights say every token alike, and nothing has moved yet.
const chance = Math.log(config.vocabulary);
const first = await iteration();
const lengths = first.episodes.map(({ tokens }) => tokens.length);
if (Math.abs(first.metrics["objective/kl"]!) > 1e-2 || lengths.some((length) => length !== newTokens)) {
  throw new Error(`Expected ${newTokens} tokens each and no divergence yet but found ${lengths}`);
}
if (Math.abs(first.metrics["policy/entropy"]! - chance) > 0.1) throw new Error("Expected entropy near that of chance");
if (trl) {
  const { metrics } = await trl.ask<{ metrics: Record<string, number> }>({});
  const near = Math.abs(metrics["policy/entropy_avg"]! - chance) < 0.1 && Math.abs(metrics["objective/kl"]!) < 1e-2;
  if (!near) throw new Error("Expected of TRL what is expected of ours");
}

const seen: Record<"rollout" | "score" | "update", number[]> = { rollout: [], score: [], update: [] };
const trlRollouts: number[] = [];
const runs = [
  async () => {
    const { metrics } = await iteration();
    for (const name of ["rollout", "score", "update"] as const) {
      seen[name].push(metrics[`perf/${name}_seconds`]! * 1000);
    }
  },
  parts.rollout,
  parts.score,
  parts.update,
  ...trl ? [async () => trlRollouts.push((await trl.ask<{ rolloutMs: number }>({})).rolloutMs)] : [],
];
const times = await alternateAll(runs, { warmUp: 1, rounds: [Number(rounds), Number(rounds)], budget: 0 });
const [ours, rollout, score, update, theirs] = times.map(median) as [number, number, number, number, number?];
const spread = (all: readonly number[]) => ({ least: round(Math.min(...all)), most: round(Math.max(...all)) });
const of = (name: keyof typeof seen) => round(median(seen[name]));
const sum = rollout + score + update;
const rows: Row[] = [
  {
    ...{ who: "Tare", ms: round(ours), ...spread(times[0]!), ratio: 1 },
    ...{ rollout: of("rollout"), scoring: of("score"), update: of("update") },
  },
  {
    ...{ who: "Tare, sum of its parts", ms: round(sum), ratio: round(sum / ours) },
    ...{ rollout: round(rollout), scoring: round(score), update: round(update) },
  },
  ...theirs === undefined ? [] : [{
    ...{ who: "TRL 1.10", ms: round(theirs), ...spread(times[4]!), ratio: round(theirs / ours) },
    rollout: round(median(trlRollouts)),
  }],
];
console.log(markdown(rows, columns));
console.log(`
ms: median of ${rounds} iterations of ${prompts.length} prompts, ${threads} threads, in turn. scoring: reference, critic and reward
model. ratio: how many times as fast as this one Tare's trainer is; for the sum of parts 1 less what is lost between them.
`);
console.log(JSON.stringify({ load, rows }));
await trl?.end();
await Deno.remove(folder, { recursive: true });
