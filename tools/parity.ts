/**
 * Prints how far we are from transformers, as a Markdown table for docs/results.md: `deno run -A tools/parity.ts`.
 *
 * The other direction is `tools/write_checkpoints.ts` and then `tools/check_reference.py`.
 */
import { openDevice } from "@tare/core";
import {
  adapted,
  adapterParity,
  classifiers,
  largestDifference,
  logitsParity,
  models,
  relativeDifferences,
  scoreParity,
  trainingParity,
} from "../packages/core/nn/parity.ts";

/** Opens a file of a fixture. */
export async function readFixture(path: string): Promise<Blob | undefined> {
  try {
    return new Blob([await Deno.readFile(new URL(`../packages/core/nn/fixtures/${path}`, import.meta.url))]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** One line of a Markdown table. */
function row(...cells: (string | number)[]): void {
  console.log(`| ${cells.map((cell) => typeof cell === "number" ? cell.toExponential(1) : cell).join(" | ")} |`);
}

async function compare(kind: "cpu" | "webgpu"): Promise<void> {
  using device = await openDevice({ device: kind });
  for (const name of models) {
    using _scope = device.scope();
    const { gradients, losses } = await trainingParity(device, readFixture, name);
    const { norms, elements } = relativeDifferences(gradients);
    const logits = largestDifference(await logitsParity(device, readFixture, name));
    row(name, kind, logits, norms, elements, largestDifference(losses));
  }
  for (const name of adapted) {
    using _scope = device.scope();
    const { logits, gradients } = await adapterParity(device, readFixture, name);
    const { norms, elements } = relativeDifferences(gradients);
    const cells = gradients.length > 0 ? [norms, elements] : ["", ""];
    row(`${name}, PEFT adapter`, kind, largestDifference(logits), ...cells, "");
  }
  for (const name of classifiers) {
    using _scope = device.scope();
    row(name, kind, largestDifference(await scoreParity(device, readFixture, name)), "", "", "");
  }
}

if (import.meta.main) {
  row("fixture", "device", "logits or scores", "gradients, by norm", "gradients, by element", "ten AdamW losses");
  row("---", "---", "---:", "---:", "---:", "---:");
  for (const kind of ["cpu", "webgpu"] as const) await compare(kind);
}
