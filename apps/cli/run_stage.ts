/** Running a stage: in this thread, or beside others in one of its own. */
import type { Context } from "./command.ts";
import { StageError } from "./errors.ts";
import type { Stage } from "./pipeline.ts";
import type { FromWorker, ToWorker } from "./stage_worker.ts";
import { stages } from "./stages.ts";

/** Runs a stage in this thread. */
export async function runHere({ command, values }: Stage, context: Context): Promise<object> {
  return await stages[command]!.run(values, context);
}

/**
 * Runs stages in workers, beside others: each has its part of the CPU's threads, unless it says otherwise. No result depends on
 * how many these are.
 *
 * @param stages How many run at the same time.
 * @returns What runs one of them; it throws a `StageError` if the stage throws.
 */
export function runBeside(stages: number): typeof runHere {
  const threads = Math.min(16, Math.max(1, Math.floor(navigator.hardwareConcurrency / stages)));
  return ({ values, ...stage }, context) =>
    runInWorker({ ...stage, values: { threads, ...withoutUndefined(values) } }, context);
}

async function runInWorker({ command, values }: Stage, context: Context): Promise<object> {
  const worker = new Worker(new URL("./stage_worker.ts", import.meta.url), { type: "module" });
  const tell = (message: ToWorker) => worker.postMessage(message);
  const stop = () => tell({ stop: true });
  using bar = context.bar();
  try {
    const ended = new Promise<object>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if ("print" in data) context.print(data.print);
        else if ("note" in data) context.note(data.note);
        else if ("total" in data) bar.show(data.done, data.total, data.words);
        else if ("report" in data) resolve(data.report);
        else reject(new StageError(data.failed.sentence, data.failed.code));
      };
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new StageError(event.message, 1));
      };
    });
    context.signal.addEventListener("abort", stop);
    if (context.signal.aborted) stop();
    tell({ run: { command, values, trace: values.trace === true } });
    return await ended;
  } finally {
    context.signal.removeEventListener("abort", stop);
    worker.terminate();
  }
}

function withoutUndefined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
