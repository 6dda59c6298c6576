/** Word of what changed, for who waits for it. */

/** Who tells, and who waits. Subjects are ids. */
export interface Changes {
  /** Says that something changed. */
  tell(subject: string): void;
  /**
   * Waits for the next change. Take it before you look at what may change: then no change comes in between.
   *
   * @param subject What to wait for.
   * @param signal Ends the waiting.
   * @returns When it changed or the signal fired; it never rejects.
   */
  next(subject: string, signal: AbortSignal): Promise<void>;
}

/** Makes it. Nothing is kept but those who wait. */
export function changes(): Changes {
  const waiting = new Map<string, Set<() => void>>();
  return {
    tell(subject) {
      for (const wake of [...waiting.get(subject) ?? []]) wake();
    },
    next: (subject, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const all = waiting.get(subject) ?? new Set();
        const wake = () => {
          all.delete(wake);
          if (all.size === 0 && waiting.get(subject) === all) waiting.delete(subject);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        waiting.set(subject, all.add(wake));
        signal.addEventListener("abort", wake);
      }),
  };
}
