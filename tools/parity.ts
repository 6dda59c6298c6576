/**
 * Prints how far we are from transformers, as a Markdown table for docs/results.md: `deno run -A tools/parity.ts`.
 *
 * The other direction is `tools/write_checkpoints.ts` and then `tools/check_reference.py`.
 */
import { openDevice } from "@tare/core";
import {
  adapterParity,
  largestDifference,
  logitsParity,
  relativeDifferences,
  scoreParity,
  trainingParity,
} from "../packages/core/nn/parity.ts";

/** Fixtures of language models. */
export const models: readonly string[] = [
  ...["gpt2", "llama", "llama_llama3", "llama_linear", "mistral", "qwen2", "qwen2_yarn", "qwen3"],
];
/** Those that have an adapter. */
export const adapted: readonly string[] = ["gpt2", "llama"];
/** Fixtures of sequence classifiers. */
export const classifiers: readonly string[] = ["llama_score", "qwen2_score"];

/** Opens a file of a fixture. */
export async function readFixture(path: string): Promise<Blob | undefined> {
  const bytes = await Deno.readFile(new URL(`../packages/core/nn/fixtures/${path}`, import.meta.url))
    .catch(() => undefined);
  return bytes && new Blob([bytes]);
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
