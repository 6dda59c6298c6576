/** What the stages of a pipeline used. */
import { basename } from "node:path";
import { z } from "zod";
import { openFile } from "../../files.ts";
import { readRecord } from "../../run_record.ts";
import { fieldsOf, readJson } from "./records.ts";

/** A stage's settings, for who wants to repeat it. */
export interface Stage {
  /** Its name, which is its folder's. */
  readonly name: string;
  /** The command. */
  readonly command: string;
  /** Its settings, and what went in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** How long it took, where somebody looked. */
  readonly seconds?: number;
}

const record = z.record(z.string(), z.unknown());
const parseStages = fieldsOf(z.record(
  z.string(),
  z.object({ command: z.string(), settings: record, inputs: record.optional(), seconds: z.number().optional() }),
));

/** What a folder says of itself: a run's record, a world's settings, or the stages of a whole pipeline in their order. */
export async function readStages(path: string): Promise<Stage[]> {
  const stages: Stage[] = [];
  if (await openFile(`${path}/stages.json`)) {
    const read = await readJson(`${path}/stages.json`, parseStages);
    for (const [name, { command, settings, inputs, seconds }] of Object.entries(read)) {
      if (command !== "report") stages.push({ name, command, settings: { ...settings, inputs }, seconds });
    }
  }
  const run = await readRecord(path);
  if (run) {
    const { command, tare, device, settings, inputs } = run;
    stages.push({ name: basename(path), command, settings: { ...settings, device, tare, inputs } });
  }
  if (await openFile(`${path}/world.json`)) {
    const settings = await readJson(`${path}/world.json`, fieldsOf(record));
    stages.push({ name: basename(path), command: "world", settings });
  }
  return stages;
}

/** Stages of one name and command as one: a pipeline knows the time, a run's own record its settings in full. */
export function mergeStages(stages: readonly Stage[]): Stage[] {
  const merged = new Map<string, Stage>();
  for (const stage of stages) {
    const key = `${stage.command} ${stage.name}`;
    merged.set(key, { ...stage, seconds: stage.seconds ?? merged.get(key)?.seconds });
  }
  return [...merged.values()];
}
