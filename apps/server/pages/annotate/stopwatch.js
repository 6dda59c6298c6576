// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** How long a task was before somebody's eyes: a stopwatch that stands while the page is hidden. */

/**
 * Starts a stopwatch.
 *
 * @param {{ readonly hidden: boolean, addEventListener(type: string, hear: () => void): void }} page The document.
 * @param {() => number} now The clock, in milliseconds.
 * @returns {{ start(): void, read(): number }} Starts it anew; reads it, in whole milliseconds.
 */
export function stopwatch(page, now) {
  let total = 0;
  let since = now();
  let runs = !page.hidden;
  const read = () => total + (runs ? now() - since : 0);
  page.addEventListener("visibilitychange", () => {
    total = read();
    since = now();
    runs = !page.hidden;
  });
  return {
    start() {
      total = 0;
      since = now();
    },
    read: () => Math.round(read()),
  };
}
