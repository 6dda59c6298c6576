/** `pipeline.json`: commands with their settings, one after the other or side by side. */
import { posix, resolve } from "node:path";
import { z } from "zod";
import { camelCase, checkSettings, readJson, refuseIssue, withSettings } from "./config_file.ts";
import type { Command, CommonValues } from "./command.ts";
import { nearest, UsageError } from "./flags.ts";
import { stages as commands } from "./stages.ts";

/** A command with its settings. */
export interface Stage {
  /** Names it, and the folder in `out` that it writes unless it has an `out` of its own. */
  readonly name: string;
  /** Name of the command. */
  readonly command: string;
  /** What it takes of the time of the whole, in any unit. */
  readonly share: number;
  /** What it writes. */
  readonly out: string;
  /** All its flags. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a pipeline does. */
export interface Pipeline {
  /** Folder of its results. */
  readonly out: string;
  /** Stages in their order; those of one list run side by side. */
  readonly groups: readonly (readonly Stage[])[];
}

const stageSchema = z.looseObject({
  name: z.string("expected a name").regex(
    /^[a-zA-Z0-9][\w.-]*$/,
    "expected a name of letters, digits, -, _ and ., the first a letter or digit",
  ),
  command: z.string("expected the name of a command"),
  share: z.number("expected a number above 0").positive("expected a number above 0").default(1),
}, "expected a stage, an object with name and command");
const schema = z.strictObject({
  out: z.string("expected a folder").min(1, "expected a folder").default("runs"),
  stages: z.array(z.unknown(), "expected a list of stages").min(1, "expected a stage or more"),
}, "expected an object with stages");

/** Settings of the whole that stages have unless they say otherwise. */
export type Inherited = Pick<CommonValues, "device" | "threads" | "trace">;

/**
 * Reads a pipeline. Paths in it are left as they are: they are relative to its folder.
 *
 * @throws {UsageError} If it is no JSON, has an unknown key or command, a setting that its command refuses, or a name twice.
 */
export async function readPipeline(file: string, inherited: Inherited): Promise<Pipeline> {
  return parsePipeline(await readJson(file), file, inherited);
}

/** Checks what a file holds, or what was made in its place. */
export function parsePipeline(json: unknown, file: string, inherited: Inherited): Pipeline {
  const { out, stages } = check(schema, json, file, Object.keys(schema.shape));
  const groups = stages.map((group, i) =>
    [group].flat().map((stage) => {
      const checked = check(stageSchema, stage, `${file}: stages: ${i}`, []);
      return stageOf(checked, out, `${file}: stage ${checked.name}`, inherited);
    })
  ).filter(({ length }) => length > 0);
  const names = groups.flat().map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`Cannot use ${file}: expected a name once but found ${twice} twice`);
  checkPlaces(groups.flat(), `${out}/stages.json`, file);
  return { out, groups };
}

/** Refuses stages that would write over each other, or over the record of all of them. */
function checkPlaces(stages: readonly Stage[], record: string, file: string): void {
  const writers = new Map([[resolve(record), "the pipeline itself"]]);
  for (const { name, out } of stages) {
    const other = writers.get(resolve(out));
    if (other !== undefined) {
      throw new UsageError(
        `Cannot use ${file}: stage ${name} would write to ${out} as ${other} does; give it another out`,
      );
    }
    writers.set(resolve(out), `stage ${name}`);
  }
}

function stageOf(
  { name, command: word, share, ...settings }: z.infer<typeof stageSchema>,
  folder: string,
  where: string,
  inherited: Inherited,
): Stage {
  const command = commandOf(word, where);
  const checked = checkSettings(settings, command.flags, where);
  const places = Object.entries(command.flags).filter(([, { positional }]) => positional);
  const given = places.flatMap(([flag]) => [checked[camelCase(flag)] ?? []].flat() as string[]);
  const values: Readonly<Record<string, unknown>> = naming(
    where,
    () => withSettings(given, command.flags, { ...inherited, ...checked }),
  );
  const out = values.out as string | undefined ?? posix.join(folder, name);
  return { name, command: word, share, out, values: { ...values, out } };
}

function check<T extends z.ZodType>(schema: T, json: unknown, where: string, known: readonly string[]): z.infer<T> {
  const { data, error } = schema.safeParse(json);
  return error ? refuseIssue(error.issues[0]!, json, where, known) : data as z.infer<T>;
}

function commandOf(word: string, where: string): Command {
  const command = commands[word];
  if (command) return command;
  const near = nearest(word, Object.keys(commands));
  throw new UsageError(
    `Cannot use ${where}: expected a command among ${Object.keys(commands).join(", ")} but found "${word}"` +
      (near ? `; did you mean ${near}?` : ""),
  );
}

/** Says in which stage it was that a flag was refused. */
function naming<R>(where: string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    if (error instanceof UsageError) error.message = `Cannot use ${where}: ${error.message}`;
    throw error;
  }
}
