/** What a pipeline will do, before it does it. */
import { nearest, UsageError } from "./flags.ts";
import type { Pipeline } from "./pipeline.ts";
import { shareOf } from "./pipeline_bar.ts";
import type { StageRecords } from "./stage_records.ts";
import { table } from "./table.ts";

/** What will be done, and what it takes of the time. */
export function planOf(groups: Pipeline["groups"], records: StageRecords, done: ReadonlySet<string>): string {
  const total = groups.reduce((sum, group) => sum + shareOf(group), 0);
  const rows = groups.flatMap((group) =>
    group.map(({ name, command, share }) => {
      const others = group.filter((other) => other.name !== name).map(({ name }) => name).join(", ");
      const state = done.has(name) ? "done" : records[name]?.state === "begun" ? "to go on with" : "to do";
      return [name, command, `${Math.round(100 * share / total)} %`, state + (others && `, beside ${others}`)];
    })
  );
  return `${table(["stage", "command", "of the time", "state"], rows)}\n`;
}

/**
 * Checks the name of the stage to begin with.
 *
 * @throws {UsageError} If there is no such stage.
 */
export function firstOf({ groups }: Pipeline, file: string, from: string | undefined): string | undefined {
  const names = groups.flat().map(({ name }) => name);
  if (from === undefined || names.includes(from)) return from;
  const near = nearest(from, names);
  throw new UsageError(
    `Expected --from with a stage of ${file}, ${names.join(", ")}, but found "${from}"` +
      (near ? `; did you mean ${near}?` : ""),
  );
}
