/** Runs one cell: `deno run -A evidence/run_cell.ts FOLDER SEED NOISE LABELS ARM`; its result goes into the folder, a URL. */
import { arms } from "../arms.ts";
import { begin } from "./begin.ts";
import { type Cell, type Labels, writeResult } from "../cell.ts";
import { learn } from "./learn.ts";
import { openPlace } from "./place.ts";
import { prefer } from "./prefer.ts";
import { measuresVariance } from "../grid.ts";

/** Runs a cell; gives what its file shall hold. */
export async function runCell(cell: Cell): Promise<object> {
  using place = await openPlace(cell);
  const arm = arms[cell.arm];
  if (!arm) throw new RangeError(`Expected an arm of ${Object.keys(arms).join(", ")} but found ${cell.arm}`);
  if (arm.kind === "start") return await begin(place);
  return arm.kind === "dpo" ? await prefer(place, arm) : await learn(place, arm, { variance: measuresVariance(cell) });
}

if (import.meta.main) {
  const [folder, seed, noise, labels, arm] = Deno.args as [string, string, string, Labels, string];
  const cell = { seed: Number(seed), noise: Number(noise), labels, arm };
  await writeResult(cell, await runCell(cell), new URL(folder));
}
