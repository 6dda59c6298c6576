/** How far a pipeline is: one bar for all its stages, each as long as its share. */
import type { Context } from "./command.ts";
import type { Stage } from "./pipeline.ts";

/** A bar of many stages. */
export interface PipelineBar extends Disposable {
  /** What a stage may use: its own bar moves this one, its notes begin with its name, and what it prints comes below that. */
  contextOf(stage: Stage, signal: AbortSignal): Context;
  /** Shows that a stage is done. */
  done(stage: Stage): void;
}

/** What goes on with a stage that was stopped. */
export const pipelineAgain = "the same command";

/** Share of the time that a list of stages takes: that of the longest, for they run side by side. */
export function shareOf(group: readonly Stage[]): number {
  return Math.max(...group.map(({ share }) => share));
}

/** Begins a bar, in which some stages are done. */
export function pipelineBar(
  groups: readonly (readonly Stage[])[],
  done: ReadonlySet<string>,
  context: Context,
): PipelineBar {
  const parts = new Map<string, number>(groups.flat().map(({ name }) => [name, done.has(name) ? 1 : 0]));
  const active = new Map<string, string>();
  const bar = context.bar();
  let speaker = "";
  const total = groups.reduce((sum, group) => sum + shareOf(group), 0);
  const show = () => {
    const partOf = (group: readonly Stage[]) =>
      group.reduce((sum, { name }) => sum + parts.get(name)!, 0) / group.length;
    const sum = groups.reduce((sum, group) => sum + shareOf(group) * partOf(group), 0);
    bar.show(Math.round(1000 * sum / total), 1000, [...active].map(([name, words]) => `${name}: ${words}`).join("; "));
  };
  return {
    contextOf: ({ name }, signal) => ({
      print(text) {
        if (speaker !== name) context.print(`\n${name}:\n`);
        speaker = name;
        context.print(text);
      },
      note: (line) => context.note(`${name}: ${line}`),
      again: pipelineAgain,
      signal,
      bar: () => ({
        show(part, whole, words) {
          parts.set(name, Math.max(parts.get(name)!, whole > 0 ? Math.min(part / whole, 1) : 0)); // a stage may have several bars
          active.set(name, words);
          show();
        },
        [Symbol.dispose]: () => void active.delete(name),
      }),
    }),
    done({ name }) {
      parts.set(name, 1);
      active.delete(name);
      show();
    },
    [Symbol.dispose]: () => bar[Symbol.dispose](),
  };
}
