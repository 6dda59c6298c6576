/**
 * Times our kernels against jax-js: `deno task bench:kernels`.
 *
 *     deno task bench:kernels                     everything, some minutes
 *     deno task bench:kernels --quick             few runs: a first look, nothing to publish
 *     deno task bench:kernels --only matmul       the groups with this in their name
 *
 * Prints a table and, as the last line, the same rows as JSON.
 */
import { parseArgs } from "@std/cli";
import { attentionCpu } from "./attention.ts";
import { logProbCpu } from "./log_prob.ts";
import { matmulCpu } from "./matmul_cpu.ts";
import { matmulWebGpu } from "./matmul_webgpu.ts";
import { type Row, table } from "./table.ts";
import { type Effort, quick, thorough } from "./timing.ts";

const groups: Readonly<Record<string, (effort: Effort) => Promise<Row[]>>> = {
  "matmul-cpu": matmulCpu,
  "matmul-webgpu": matmulWebGpu,
  "attention-cpu": attentionCpu,
  "log-prob-cpu": logProbCpu,
};

const meaning = `
GFLOP/s: 2·m·n·k operations over the median time of a product; more is faster. ms: median time of a forward and a
backward pass; less is faster. ratio: how many times as fast as jax-js (peer); above 1, ours is faster. Both ran in turn
in this process with as many threads, on data that was on their device already, after compiling; their results agree.
of micro-kernel: our rate as a share of the bare 6×8 micro-kernel's, timed in turn with it. of one thread: our rate with
two threads over that with one.`;

const { only = "", quick: few, _: rest } = parseArgs(Deno.args, { string: ["only"], boolean: ["quick"] });
const chosen = Object.entries(groups).filter(([name]) => name.includes(only));
if (rest.length > 0 || chosen.length === 0) {
  console.error(`Expected [--quick] [--only name], the name being part of one of ${Object.keys(groups).join(", ")}`);
  Deno.exit(2);
}
const rows: Row[] = [];
for (const [name, run] of chosen) {
  console.error(`${name} …`);
  rows.push(...await run(few ? quick : thorough));
}
console.log(`${table(rows)}\n${meaning}\n`);
console.log(JSON.stringify({ rows }));
Deno.exit(0); // jax-js leaves its workers running
