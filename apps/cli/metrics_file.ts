/** `metrics.jsonl` of a run: a line for each step. */
import { openFile, writeWhole } from "./files.ts";

/** Lines that go to a file as they come. */
export interface MetricsFile extends Disposable {
  /** Adds a line. */
  write(line: Readonly<Record<string, number>> & { readonly step: number }): Promise<void>;
  /** Waits until all lines are on the disk. */
  sync(): Promise<void>;
}

/**
 * Opens a file of metrics to go on after a step: lines of later steps, which will come again, are cut off, and so is one
 * that a kill broke off.
 */
export async function openMetrics(path: string, after: number): Promise<MetricsFile> {
  if (await openFile(path)) {
    const lines = (await Deno.readTextFile(path)).split("\n").filter((line) => stepOf(line) <= after);
    await writeWhole(path, lines.map((line) => `${line}\n`).join(""));
  }
  const file = await Deno.open(path, { append: true, create: true });
  return {
    async write(line) {
      const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await file.write(rest));
    },
    sync: () => file.sync(),
    [Symbol.dispose]: () => file.close(),
  };
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
