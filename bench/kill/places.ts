/** How far a command came, by what it left behind. */

/** The names in a folder; none if there is no folder. */
export function namesIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return [];
  }
}

/** How many whole lines a file has, and whether it ends with one. */
export function rowsIn(path: string): { rows: number; whole: boolean } {
  try {
    const lines = Deno.readTextFileSync(path).split("\n");
    return { rows: lines.length - 1, whole: lines.at(-1) === "" };
  } catch {
    return { rows: 0, whole: true };
  }
}

/** Where in a training run a kill fell. */
export function placeInRun(run: string, steps: number): string {
  const names = namesIn(run);
  if (!names.includes("run.json")) return "before the first step";
  if (names.includes("config.json")) return "after the end";
  if (names.some((name) => /^\.step-.*\.tmp$/.test(name))) return "within a checkpoint";
  if (names.some((name) => name.endsWith(".tmp"))) return "within another file";
  if (latestOf(run) === `step-${steps}`) return "after the last step";
  const folders = names.filter((name) => name.startsWith("step-")).length;
  return folders > 2 ? "between checkpoint and pointers" : "between checkpoints";
}

/** The moment when the checkpoint of a step has its name, or up to 20 ms later. */
export async function atStep(run: string, step: number): Promise<void> {
  while (latestOf(run) !== `step-${step}`) await new Promise((resolve) => setTimeout(resolve, 0));
  await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()));
}

function latestOf(run: string): string {
  try {
    return Deno.readTextFileSync(`${run}/latest`).trim();
  } catch {
    return "";
  }
}
