/** `metrics.jsonl` of a run, a line for each step, and `episodes.jsonl`, the lines of what a step learned from. */
import { openFile, writeWhole } from "./files.ts";

/** A line of either file. */
type Line = Readonly<Record<string, unknown>> & { readonly step: number };

/** Lines that go to a run's files as they come. */
export interface MetricsFile extends Disposable {
  /** Adds a line of metrics, and the step's episodes if it has any. */
  write(line: Line, episodes?: readonly Line[]): Promise<void>;
  /** Waits until all lines are on the disk. */
  sync(): Promise<void>;
}

/**
 * Opens a run's files of lines to go on after a step: lines of later steps, which will come again, are cut off, and so is
 * one that a kill broke off.
 */
export async function openMetrics(run: string, after: number): Promise<MetricsFile> {
  const [metrics, episodes] = [`${run}/metrics.jsonl`, `${run}/episodes.jsonl`];
  const files = [await openLines(metrics, after)];
  if (await openFile(episodes)) files.push(await openLines(episodes, after));
  return {
    async write(line, lines = []) {
      if (lines.length > 0) {
        files[1] ??= await openLines(episodes, after);
        await append(files[1], lines);
      }
      await append(files[0]!, [line]);
    },
    async sync() {
      for (const file of files) await file.sync();
    },
    [Symbol.dispose]: () => files.forEach((file) => file.close()),
  };
}

async function openLines(path: string, after: number): Promise<Deno.FsFile> {
  if (await openFile(path)) {
    const lines = (await Deno.readTextFile(path)).split("\n").filter((line) => stepOf(line) <= after);
    await writeWhole(path, lines.map((line) => `${line}\n`).join(""));
  }
  return await Deno.open(path, { append: true, create: true });
}

async function append(file: Deno.FsFile, lines: readonly Line[]): Promise<void> {
  const bytes = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await file.write(rest));
}

/** The step of a line; Infinity for what is none. */
function stepOf(line: string): number {
  try {
    const { step } = JSON.parse(line);
    return typeof step === "number" ? step : Infinity;
  } catch {
    return Infinity;
  }
}
