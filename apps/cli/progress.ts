/** How far something long is, on stderr: a bar in a terminal, a line now and then elsewhere. */
import type { DownloadProgress } from "@tare/data/hub";
import { SingleBar } from "cli-progress";

/** What is used of the library's bar. */
interface Bar {
  start(total: number, value: number, words: object): void;
  update(value: number, words: object): void;
  stop(): void;
}

/** A bar that begins with the first step that it is shown, and ends when it is disposed of. */
interface LazyBar extends Disposable {
  show(value: number, total: number, words: object): void;
}

function lazyBar(format: string): LazyBar {
  const bar: Bar = new SingleBar({
    ...{ format, noTTYOutput: true, notTTYSchedule: 10_000, barsize: 24, etaBuffer: 50 },
  });
  let begun = false;
  return {
    show(value, total, words) {
      if (!begun) bar.start(total, value, words);
      else bar.update(value, words);
      begun = true;
    },
    [Symbol.dispose]: () => begun && bar.stop(),
  };
}

/** Begins a bar with the first bytes. */
export function downloadBar(): Disposable & { show(progress: DownloadProgress): void } {
  const bar = lazyBar("{bar} {percentage} % of {megabytes} MB, {eta_formatted} left, {file}");
  return {
    show: ({ file, received, total }) => bar.show(received, total, { file, megabytes: (total / 1e6).toFixed(0) }),
    [Symbol.dispose]: () => bar[Symbol.dispose](),
  };
}

/** Begins a bar with the first step of training. */
export function stepBar(): Disposable & {
  show(step: { step: number; steps: number; metrics: Readonly<Record<string, number>> }): void;
} {
  const bar = lazyBar("{bar} step {value} of {total}, {rate} tokens/s, {eta_formatted} left, loss {loss}");
  return {
    show({ step, steps, metrics }) {
      const rate = metrics["perf/tokens_per_second"]?.toFixed(0) ?? "?";
      bar.show(step, steps, { rate, loss: metrics.loss?.toPrecision(4) ?? "?" });
    },
    [Symbol.dispose]: () => bar[Symbol.dispose](),
  };
}

/** Begins a bar with the first rows that are scored. */
export function scoreBar(): Disposable & { show(done: number, total: number): void } {
  const bar = lazyBar("{bar} {value} of {total} rows, {eta_formatted} left");
  return { show: (done, total) => bar.show(done, total, {}), [Symbol.dispose]: () => bar[Symbol.dispose]() };
}
