/** A cell of the grid: which run it is, and the file that holds what it came to. */

/**
 * What a reward model learned from: pairs; ratings whose severity goes with the prompt's family; or with the prompt. A model
 * of this size does not remember the severity of single prompts, so `memorised` is the last one with those of its training
 * prompts taken from its scores, as a model that remembers them would do.
 */
export type Labels = "pairs" | "family" | "prompt" | "memorised";

/** One run. */
export interface Cell {
  /** Decides the world, every model and every draw. */
  readonly seed: number;
  /** Rate at which labels are flipped. */
  readonly noise: number;
  /** What the reward model learned from. */
  readonly labels: Labels;
  /** What was run, a name of `arms`. */
  readonly arm: string;
}

/** What the network of a reward model was trained on: one that has memorised is another's with something taken from its scores. */
export function trainedOn(labels: Labels): Exclude<Labels, "memorised"> {
  return labels === "memorised" ? "prompt" : labels;
}

/** Where committed results lie. */
export const results: URL = new URL("./results/", import.meta.url);

/** The file of a cell, from `results`. */
export function pathOf({ seed, noise, labels, arm }: Cell): string {
  return `seed-${seed}/noise-${noise}/${labels}/${arm}.json`;
}

/** Whether a cell is finished: its file is there, for it is written whole or not at all. */
export async function isDone(cell: Cell, folder: URL = results): Promise<boolean> {
  return await Deno.stat(new URL(pathOf(cell), folder)).then(({ isFile }) => isFile, () => false);
}

/** Writes what a cell came to, whole or not at all. */
export async function writeResult(cell: Cell, result: object, folder: URL = results): Promise<void> {
  const file = new URL(pathOf(cell), folder);
  await Deno.mkdir(new URL(".", file), { recursive: true });
  const half = new URL(`${file.href}.${Deno.pid}.part`);
  await Deno.writeTextFile(half, `${JSON.stringify({ ...cell, ...result }, rounded)}\n`);
  await Deno.rename(half, file);
}

/** Six significant digits, in lists four: more would be noise, and twice the bytes. */
function rounded(key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  return Number(value.toPrecision(/^\d+$/.test(key) ? 4 : 6));
}

/** A finished cell's numbers: all but its seconds, which no two runs share, and the settings, which are the program's. */
export async function readText(cell: Cell, folder: URL = results): Promise<string> {
  const { seconds: _, settings: __, ...result } = JSON.parse(await Deno.readTextFile(new URL(pathOf(cell), folder)));
  return JSON.stringify(result);
}
