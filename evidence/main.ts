/**
 * Runs what is missing of the grid: `deno task evidence`.
 *
 *     deno task evidence                                       all cells without a file
 *     deno task evidence seed-100 pairs                        those with all of this in their path
 *     deno task evidence --check seed-100/noise-0.2/pairs/ppo  runs finished cells again and compares
 *
 * Two processes of one thread each, side by side: they give the bits of one. A cell's file is written whole or not at all, so
 * whoever breaks off loses the cells under way and no others.
 */
import { parseArgs } from "@std/cli";
import { type Cell, isDone, pathOf, readText, results, trainedOn } from "./cell.ts";
import { grid } from "./grid.ts";

const args = parseArgs(Deno.args, {
  boolean: ["check"],
  unknown(name) {
    if (!name.startsWith("-")) return true;
    console.error(`Unknown argument ${name}: expected --check, or parts of a cell's path`);
    Deno.exit(2);
  },
});
const parts = args._.map(String);
const chosen = grid.filter((cell) => parts.every((part) => pathOf(cell).includes(part)));
if (chosen.length === 0) {
  console.error(
    `Expected parts of a cell's path, such as seed-100 or pairs/ppo, but no cell has ${parts.join(" and ")}`,
  );
  Deno.exit(2);
}
const done = await Promise.all(chosen.map((cell) => isDone(cell)));
const waiting = chosen.filter((_, i) => done[i] === args.check);
const total = waiting.length;
console.log(`${chosen.length} cells, ${total} to ${args.check ? "run again" : "run"}`);

const folder = args.check ? new URL(`file://${await Deno.makeTempDir()}/`) : results;
const began = performance.now();
const making = new Set<string>();
const failed: string[] = [];
await Promise.all([work(), work()]);
if (args.check) await Deno.remove(folder, { recursive: true });
if (failed.length > 0) {
  console.log(`${failed.length} of ${total} failed: ${failed.join(", ")}`);
  Deno.exit(1);
}

/** Runs cells until none waits. */
async function work(): Promise<void> {
  while (waiting.length > 0) {
    const cell = next();
    if (cell) await run(cell);
    else await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** The next cell whose models nobody is just making: the cells of a world share them. */
function next(): Cell | undefined {
  const i = waiting.findIndex((cell) => shared(cell).every((model) => !making.has(model)));
  return i < 0 ? undefined : waiting.splice(i, 1)[0];
}

/** Names of the models that a cell needs. */
function shared({ seed, noise, labels }: Cell): string[] {
  return [`${seed} sft`, `${seed} ${noise} ${trainedOn(labels)}`];
}

async function run(cell: Cell): Promise<void> {
  const makes = cell.arm === "start" ? shared(cell) : [];
  for (const model of makes) making.add(model);
  const start = performance.now();
  const { seed, noise, labels, arm } = cell;
  const script = new URL("run/main.ts", import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", script, folder.href, `${seed}`, `${noise}`, labels, arm],
  }).output();
  for (const model of makes) making.delete(model);
  const equal = success && (!args.check || await readText(cell, folder) === await readText(cell));
  const seconds = ((performance.now() - start) / 1000).toFixed(0).padStart(4);
  const left = (performance.now() - began) / 60_000 / (total - waiting.length) * waiting.length;
  const said = equal ? args.check ? "equal " : "done  " : success ? "DIFFERS" : "FAILED";
  console.log(`${said} ${seconds} s  ${pathOf(cell)}  (${waiting.length} wait, about ${left.toFixed(0)} min)`);
  if (equal) return;
  failed.push(pathOf(cell));
  console.log(new TextDecoder().decode(stderr));
}
