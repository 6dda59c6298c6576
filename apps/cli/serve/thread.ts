/** A thread that answers calls: what a model computes there, the server does not wait for. */
import type { Context } from "../command.ts";
import { StageError } from "../errors.ts";

/** What a thread is told: what to open, what to answer, and what nobody waits for any more. */
export type ToThread =
  | { readonly open: object }
  | { readonly id: number; readonly call: unknown }
  | { readonly cancel: number };

/** What a thread tells. */
export type FromThread =
  | { readonly note: string }
  | { readonly facts: unknown }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id?: number; readonly failed: { readonly sentence: string; readonly code: number } };

/** A thread that is open, until it is disposed of. */
export interface Thread<Facts, Call, Answer> extends Disposable {
  /** What it said of itself when it was ready. */
  readonly facts: Facts;
  /** Why it answers no more; `undefined` while it does. */
  readonly failure: string | undefined;
  /**
   * Asks it.
   *
   * @throws {RangeError} If it cannot take what was asked.
   * @throws {Error} If it failed, or has ended.
   */
  call(call: Call, signal?: AbortSignal): Promise<Answer>;
}

/**
 * Opens a thread.
 *
 * @param worker What runs `answerCalls`; it belongs to the thread from now on.
 * @param name What the user calls it, for messages.
 * @param settings What it is opened with.
 * @param context For remarks, and to break off.
 * @throws {StageError} If it cannot open; the message is a sentence.
 */
export async function openThread<Facts, Call, Answer>(
  worker: Worker,
  name: string,
  settings: object,
  { note, signal }: Pick<Context, "note" | "signal">,
): Promise<Thread<Facts, Call, Answer>> {
  const tell = (message: ToThread) => worker.postMessage(message);
  const opened = Promise.withResolvers<Facts>();
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  let count = 0;
  let failure: string | undefined;
  const end = (why: string, error: unknown = new Error(why)) => {
    failure ??= why;
    worker.terminate();
    opened.reject(error);
    for (const { reject } of waiting.values()) reject(error);
  };
  worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
    if ("note" in data) note(data.note);
    else if ("facts" in data) opened.resolve(data.facts as Facts);
    else if ("answer" in data) waiting.get(data.id)?.resolve(data.answer as Answer);
    else {
      const { id, failed: { sentence, code } } = data;
      if (id === undefined) end(sentence, new StageError(sentence, code));
      else waiting.get(id)?.reject(code === 2 ? new RangeError(sentence) : new Error(sentence));
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    const why = event.message.replace(/\s*\n\s*/g, " ").replace(/\.$/, "");
    end(`Expected ${name} to answer but its thread has ended: ${why}; start the server again`);
  };
  const interrupt = () => end(`${name} was stopped`, signal.reason);
  signal.addEventListener("abort", interrupt);
  if (signal.aborted) interrupt();
  try {
    tell({ open: settings });
    const facts = await opened.promise;
    return {
      facts,
      get failure() {
        return failure;
      },
      async call(call, signal) {
        signal?.throwIfAborted();
        if (failure !== undefined) throw new Error(failure);
        const [id, answer] = [count++, Promise.withResolvers<Answer>()];
        const cancel = () => {
          tell({ cancel: id });
          answer.reject(signal!.reason);
        };
        waiting.set(id, answer);
        signal?.addEventListener("abort", cancel);
        try {
          tell({ id, call });
          return await answer.promise;
        } finally {
          signal?.removeEventListener("abort", cancel);
          waiting.delete(id);
        }
      },
      [Symbol.dispose]: () => end(`${name} was stopped`),
    };
  } finally {
    signal.removeEventListener("abort", interrupt); // from now on whoever has it ends it, in its own time
  }
}
