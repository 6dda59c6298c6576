/**
 * Times training and decoding of a whole model, gpt-5m, against peers: `deno task bench:model`.
 *
 *     deno task bench:model                       everything, some minutes
 *     deno task bench:model --quick               few runs: a first look, nothing to publish
 *     deno task bench:model --only train          train or decode alone
 *
 * The model is GPT-2-shaped, so that every peer has it: layers 4, width 256, heads 8, MLP 1024, vocabulary 4096, LayerNorm,
 * learned positions, GELU, biases, tied embedding. Peers that are not installed are left out, and a line says which.
 * Prints tables and, as the last line, the same as JSON.
 */
import { parseArgs } from "@std/cli";
import { resultTable } from "./model/contest.ts";
import { decodeResults } from "./model/decode.ts";
import { kernelTable } from "./model/profile.ts";
import { prepare } from "./model/setup.ts";
import { trainResults } from "./model/train.ts";
import type { Effort } from "./timing.ts";

const thorough: Effort = { warmUp: 1, rounds: [7, 21], budget: 60_000 };
const quick: Effort = { warmUp: 0, rounds: [2, 2], budget: 0 };

const meaning = `
ms, least, most: median, least and most milliseconds of one run. train step: loss, gradients and AdamW on 16 sequences of
128 tokens. decode: 96 tokens after prompts of 32, the most likely one each time. ratio: how many times as fast as this one
Tare with two threads is; above 1, Tare is faster. All ran in turn with the same weights and tokens, after compiling; four
losses of each agreed, and all decoded tokens were the same. of micro-kernel: the arithmetic of the step (3 × forward; what
is computed twice counts once) over its time, as a share of the bare 6×8 micro-kernel's rate on as many threads.`;

const { only = "", quick: few, _: rest } = parseArgs(Deno.args, { string: ["only"], boolean: ["quick"] });
if (rest.length > 0 || !["", "train", "decode"].includes(only)) {
  console.error("Expected [--quick] [--only train|decode]");
  Deno.exit(2);
}
const effort = few ? quick : thorough;
const say = (line: string) => console.error(line);
// Threads of OpenMP spin while they wait for each other: where others work too, PyTorch's times grow tenfold and say nothing.
const load = Deno.loadavg()[0]!;
if (load > 0.5) say(`This machine is busy (load ${load.toFixed(1)}): publish no numbers of this run`);
const setup = await prepare(say);
try {
  const { results, kernels } = only === "decode"
    ? { results: [], kernels: [] }
    : await trainResults(setup, effort, say);
  if (only !== "train") results.push(...await decodeResults(setup, effort, say));
  console.log(`${resultTable(results)}\n${meaning}\n`);
  if (kernels.length > 0) console.log(`Tare's train step by kernel:\n\n${kernelTable(kernels)}\n`);
  console.log(JSON.stringify({ load, results, kernels }));
} finally {
  await setup.end();
}
Deno.exit(0); // jax-js leaves its workers running
