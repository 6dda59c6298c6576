/** A stage of a pipeline in a thread of its own, beside others. */
import type { Context } from "./command.ts";
import { explain } from "./errors.ts";
import { pipelineAgain } from "./pipeline_bar.ts";
import { stages } from "./stages.ts";

/** What a worker is told: what to run, or to stop. */
export type ToWorker = {
  readonly run: {
    readonly command: string;
    readonly values: Readonly<Record<string, unknown>>;
    readonly trace: boolean;
  };
} | { readonly stop: true };

/** What a worker tells. */
export type FromWorker =
  | { readonly print: string }
  | { readonly note: string }
  | { readonly done: number; readonly total: number; readonly words: string }
  | { readonly report: object }
  | { readonly failed: { readonly sentence: string; readonly code: number } };

// deno-lint-ignore no-explicit-any -- the library's types are those of a page, not of a worker
const self: any = globalThis;
const tell = (message: FromWorker) => self.postMessage(message);
const stop = new AbortController();

const context: Context = {
  print: (print) => tell({ print }),
  note: (note) => tell({ note }),
  bar: () => ({ show: (done, total, words) => tell({ done, total, words }), [Symbol.dispose]: () => {} }),
  again: pipelineAgain,
  signal: stop.signal,
};

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  if ("stop" in data) return stop.abort(new DOMException("Interrupted", "AbortError"));
  const { command, values, trace } = data.run;
  try {
    tell({ report: await stages[command]!.run(values, context) });
  } catch (error) {
    tell({ failed: explain(error, trace) });
  }
};
