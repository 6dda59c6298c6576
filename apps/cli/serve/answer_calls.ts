/** The other end of `thread.ts`: what runs in a worker, and answers one call after the other. */
import type { Context } from "../command.ts";
import { explain } from "../errors.ts";
import type { FromThread, ToThread } from "./thread.ts";

/** What answers, once it is open. */
export interface Answerer<Facts, Call, Answer> {
  /** What there is to know of it. */
  readonly facts: Facts;
  /** Answers; `signal` fires where nobody waits any more. */
  answer(call: Call, signal: AbortSignal): Promise<Answer>;
  /** Memory of an answer that goes over to the other thread. */
  moved?(answer: Answer): Transferable[];
}

// deno-lint-ignore no-explicit-any -- the library's types are those of a page, not of a worker
const self: any = globalThis;

/** Answers what comes, in the order in which it comes. Whatever goes wrong is told as a sentence. */
export function answerCalls<Settings, Facts, Call, Answer>(
  open: (settings: Settings, context: Context) => Promise<Answerer<Facts, Call, Answer>>,
): void {
  const tell = (message: FromThread, moved: Transferable[] = []) => self.postMessage(message, moved);
  const context: Context = {
    ...{ print: () => {}, note: (note) => tell({ note }), again: "the same command" },
    bar: () => ({ show: () => {}, [Symbol.dispose]: () => {} }),
    signal: new AbortController().signal, // whoever wants to stop it terminates the worker
  };
  const asked = new Map<number, AbortController>();
  let opened: Answerer<Facts, Call, Answer>;
  let done: Promise<void> = Promise.resolve();
  const next = (task: () => Promise<void>, id?: number) => {
    done = done.then(task).catch((error) => tell({ id, failed: explain(error, false) }));
  };
  self.onmessage = ({ data }: MessageEvent<ToThread>) => {
    if ("cancel" in data) return asked.get(data.cancel)?.abort();
    if ("open" in data) {
      return next(async () => {
        opened = await open(data.open as Settings, context);
        tell({ facts: opened.facts });
      });
    }
    const [{ id, call }, stop] = [data, new AbortController()];
    asked.set(id, stop);
    next(async () => {
      try {
        stop.signal.throwIfAborted();
        const answer = await opened.answer(call as Call, stop.signal);
        tell({ id, answer }, opened.moved?.(answer));
      } finally {
        asked.delete(id);
      }
    }, id);
  };
}
