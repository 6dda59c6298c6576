/**
 * How quick the server is while it is busy.
 *
 *     deno task bench:server [--annotators 200] [--rounds 20] [--prompts 400] [--trainers 4]
 *         [--clients 64] [--samples 2048] [--size d96]
 *
 * 1. Votes. 200 annotators, over a real socket, while a reward model of this machine serves single samples to 4 trainers that
 *    never pause: once all of them get a task in the same moment and vote in the same moment, again and again; once each at a
 *    pace of their own, a vote a second on average. Every vote that was acknowledged must be in the study's log afterwards.
 * 2. Rewards. 64 clients of `/get_reward` ask for single samples, as OpenRLHF does: of a server that scores together what comes
 *    together, and of one that does not (`--batch 1`), by turns. Once the reward model is one of this machine, on a CPU that
 *    computes all the time whether texts come together or not; once another server, which takes 20 ms a pass as a GPU does. All
 *    must give the numbers of offline scoring, less the baselines.
 *
 * Server and clients share the cores: what a client measures is what it waits for, its own work included.
 */
import { parseArgs } from "@std/cli";
import { table } from "../apps/cli/table.ts";
import { prepare } from "./server/prepare.ts";
import { localModel, startServer } from "./server/start.ts";
import { atOnce, atTheirPace, invited, openStudy, type Timed } from "./server/votes.ts";
import { compareBatching, keepAsking, scored } from "./server/rewards.ts";
import { startUpstream } from "./server/upstream.ts";

const args = parseArgs(Deno.args, {
  string: ["annotators", "rounds", "prompts", "trainers", "clients", "samples", "size"],
  default: {
    annotators: "200",
    rounds: "20",
    prompts: "400",
    trainers: "4",
    clients: "64",
    samples: "2048",
    size: "d96",
  },
});
const loadNow = () => Deno.loadavg().map((load) => load.toFixed(2)).join(" ");
const folder = await Deno.makeTempDir();
console.log(`load ${loadNow()}, ${navigator.hardwareConcurrency} cores`);
try {
  await prepare(folder, args.size, Number(args.prompts));

  const annotators = Number(args.annotators);
  const server = await startServer(folder, localModel(folder));
  const evaluation = await openStudy(server, folder, annotators);
  const people = await invited(server, evaluation, annotators);
  const stop = new AbortController();
  const rewards = keepAsking(server, await scored(folder), Number(args.trainers), stop.signal);
  const together = await atOnce(people, Number(args.rounds));
  const apart = await atTheirPace(people, Number(args.rounds));
  stop.abort();
  const { asked, seconds } = await rewards;
  const row = (name: string, times: Timed, of: "next" | "vote") => {
    const sorted = times[of].toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!.toFixed(1);
    return [name, of, `${sorted.length}`, at(0.5), at(0.9), at(0.99), at(1)];
  };
  console.log(
    `\n${annotators} annotators, while ${
      (asked / seconds).toFixed(0)
    } rewards a second were served to ${args.trainers} trainers`,
  );
  console.log(table(["pace", "request", "count", "p50, ms", "p90, ms", "p99, ms", "most, ms"], [
    row("at once", together, "next"),
    row("at once", together, "vote"),
    row("a vote a second each", apart, "next"),
    row("a vote a second each", apart, "vote"),
  ]));
  const lost = await server.lost(evaluation, [...together.acknowledged, ...apart.acknowledged]);
  if (lost > 0) throw new Error(`Expected every acknowledged vote in the log but found ${lost} missing`);
  console.log(`All ${together.acknowledged.length + apart.acknowledged.length} acknowledged votes are in the log.`);
  await server.stop();

  const load = { clients: Number(args.clients), count: Number(args.samples) };
  console.log(`\n${load.clients} clients of /get_reward with single samples; median of 3 runs, by turns`);
  await compareBatching("a model of this machine, one thread", folder, localModel(folder), await scored(folder), load);
  using upstream = await startUpstream(folder);
  const { flags, samples } = upstream;
  await compareBatching("a server that takes 20 ms a pass, one at a time", folder, flags, samples, load);
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(`load ${loadNow()} at the end`);
