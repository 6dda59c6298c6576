/** How far a download is, on stderr: a bar in a terminal, a line now and then elsewhere. */
import type { DownloadProgress } from "@tare/data/hub";
import { SingleBar } from "cli-progress";

/** What is used of the library's bar. */
interface Bar {
  start(total: number, value: number, words: object): void;
  update(value: number, words: object): void;
  stop(): void;
}

/** Begins a bar with the first bytes; it ends when it is disposed of. */
export function downloadBar(): Disposable & { show(progress: DownloadProgress): void } {
  const bar: Bar = new SingleBar({
    format: "{bar} {percentage} % of {megabytes} MB, {eta_formatted} left, {file}",
    ...{ noTTYOutput: true, notTTYSchedule: 10_000, barsize: 24 },
  });
  let begun = false;
  return {
    show({ file, received, total }) {
      const words = { file, megabytes: (total / 1e6).toFixed(0) };
      if (!begun) bar.start(total, received, words);
      else bar.update(received, words);
      begun = true;
    },
    [Symbol.dispose]: () => begun && bar.stop(),
  };
}
