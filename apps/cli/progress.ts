/** How far something long is, on stderr: a bar in a terminal, a line now and then elsewhere. */
import type { DownloadProgress } from "@tare/data/hub";
import { SingleBar } from "cli-progress";
import type { Context } from "./command.ts";

/** How far one thing is. It begins with the first look at it, and ends when it is disposed of. */
export interface Bar extends Disposable {
  /** Shows how much of it is done, and what to say of it. */
  show(done: number, total: number, words: string): void;
}

/** What is used of the library's bar. */
interface LibraryBar {
  start(total: number, value: number, words: object): void;
  update(value: number, words: object): void;
  stop(): void;
}

/** A bar on stderr. */
export function terminalBar(): Bar {
  const format = "{bar} {percentage} %{eta_formatted}{words}";
  const bar: LibraryBar = new SingleBar({
    ...{ format, formatTime: timeLeft, noTTYOutput: true, notTTYSchedule: 10_000, barsize: 24, etaBuffer: 50 },
  });
  let begun = false;
  return {
    show(done, total, words) {
      const payload = { words: words && `: ${words}` };
      if (!begun) bar.start(total, done, payload);
      else bar.update(done, payload);
      begun = true;
    },
    [Symbol.dispose]: () => begun && bar.stop(),
  };
}

/**
 * Says how much time is left; nothing where the library does not know: before the second look at a thing it has a text in
 * place of a number.
 */
export function timeLeft(seconds: number | string): string {
  if (typeof seconds !== "number" || seconds === 0) return "";
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `, ${seconds} s left`;
  return minutes < 60 ? `, ${minutes} min left` : `, ${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

/** Begins a bar with the first bytes. */
export function downloadBar({ bar: open }: Context): Disposable & { show(progress: DownloadProgress): void } {
  const bar = open();
  return {
    show: ({ file, received, total }) => bar.show(received, total, `${file}, ${(total / 1e6).toFixed(0)} MB`),
    [Symbol.dispose]: () => bar[Symbol.dispose](),
  };
}

/** Begins a bar with the first step of training, and shows one of its numbers beside it. */
export function stepBar({ bar: open }: Context, metric: string): Disposable & {
  show(step: { step: number; steps: number; metrics: Readonly<Record<string, number>> }): void;
} {
  const bar = open();
  return {
    show({ step, steps, metrics }) {
      const rate = metrics["perf/tokens_per_second"]?.toFixed(0) ?? "?";
      const shown = `${metric.replace(/^.*\//, "")} ${metrics[metric]?.toPrecision(4) ?? "?"}`;
      bar.show(step, steps, `step ${step} of ${steps}, ${rate} tokens/s, ${shown}`);
    },
    [Symbol.dispose]: () => bar[Symbol.dispose](),
  };
}

/** Begins a bar with the first of some rows. */
export function rowBar({ bar: open }: Context, verb: string): Disposable & { show(done: number, total: number): void } {
  const bar = open();
  return {
    show: (done, total) => bar.show(done, total, `${done} of ${total} rows ${verb}`),
    [Symbol.dispose]: () => bar[Symbol.dispose](),
  };
}
