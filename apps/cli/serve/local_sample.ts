/** Baseline responses on the spot, by the policy that a table was drawn from, in a thread of its own: scores never wait for it. */
import type { Sample } from "@tare/server";
import type { Context } from "../command.ts";
import { type Local, withThread } from "./local_score.ts";
import type { SampleValues } from "./sample_worker.ts";
import { openThread } from "./thread.ts";

/**
 * Opens the policy that `--policy` names. What it draws for a prompt depends on the prompt and on how the table was made, and
 * on nothing else: it is what `tare sample` would have drawn.
 *
 * @param values The flags, and what made the table.
 * @param context For remarks, and to break off.
 * @throws {StageError} If the table was drawn from another policy, or the policy does not fit.
 */
export async function openLocalSample(values: SampleValues, context: Context): Promise<Sample & Local> {
  const worker = new Worker(new URL("./sample_worker.ts", import.meta.url), { type: "module" });
  const thread = await openThread<null, string, readonly string[]>(worker, values.policy, values, context);
  const sample: Sample = Object.assign(
    (prompt: string, signal?: AbortSignal) => thread.call(prompt, signal),
    { policy: values.made.policy },
  );
  return withThread(sample, thread);
}
