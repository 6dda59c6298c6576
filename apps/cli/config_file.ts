/** Settings of a command from a JSON file: the same table as its flags, which override it. */
import { z } from "zod";
import { type Flag, type Flags, nearest, parseFlags, UsageError, type Values } from "./flags.ts";

/** Settings by the keys of a file. */
export type Settings = Readonly<Record<string, unknown>>;

/** Flags that say what to do now, not how: no file has them. */
const acts: readonly string[] = ["config", "resume", "force", "json", "trace", "help"];

/**
 * Reads arguments, and where a flag `config` names a file its settings, which stand in for defaults.
 *
 * @throws {UsageError} If either is bad: one sentence.
 */
export async function readSettings<F extends Flags>(args: readonly string[], flags: F): Promise<Values<F>> {
  const values = parseFlags(args, flags);
  const { config: file } = values as { config?: string };
  if (file === undefined || !Object.hasOwn(flags, "config")) return values;
  return withSettings(args, flags, checkSettings(await readJson(file), flags, file));
}

/** Reads arguments where settings, by the keys of a file, stand in for defaults. */
export function withSettings<F extends Flags>(args: readonly string[], flags: F, settings: Settings): Values<F> {
  const defaults = Object.entries(flags).map(([name, flag]) => {
    const value = settings[camelCase(name)] as Flag["default"];
    return [name, value === undefined ? flag : { ...flag, default: value }];
  });
  return parseFlags(args, Object.fromEntries(defaults) as F);
}

/** A flag's name as a key of JSON. */
export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Reads a file of JSON. */
export async function readJson(file: string): Promise<unknown> {
  const text = (await textOf(file)).replace(/^\ufeff/, ""); // a byte order mark is none of it
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`Cannot read ${file}: it is no JSON (${(error as Error).message})`);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UsageError(`Cannot read ${file}: there is no such file`);
    if (error instanceof Deno.errors.IsADirectory) throw new UsageError(`Cannot read ${file}: it is a folder`);
    throw error;
  }
}

/** The settings of a file, each checked as its flag is. */
export function checkSettings(json: unknown, flags: Flags, file: string): Settings {
  const known = Object.entries(flags).filter(([name]) => !acts.includes(name));
  const shape = Object.fromEntries(known.map(([name, flag]) => [camelCase(name), schemaOf(flag).optional()]));
  const { data, error } = z.strictObject(shape, "expected an object of settings").safeParse(json);
  if (!error) return data;
  refuseIssue(error.issues[0]!, json, file, Object.keys(shape));
}

/** Says of the first thing that is wrong in a file what was expected and what was found. */
export function refuseIssue(issue: z.core.$ZodIssue, json: unknown, file: string, known: readonly string[]): never {
  if (issue.code !== "unrecognized_keys") {
    const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], json);
    throw new UsageError(
      `Cannot use ${[file, ...issue.path].join(": ")}: ${issue.message} but found ${
        typeof found === "number" ? found : JSON.stringify(found)
      }`,
    );
  }
  const [key] = issue.keys;
  const near = nearest(camelCase(key!), known);
  throw new UsageError(`Cannot use ${file}: unknown key "${key}"${near ? `; did you mean "${near}"?` : ""}`);
}

function schemaOf({ type, choices, min = -Infinity, max = Infinity }: Flag): z.ZodType {
  if (type === "switch") return z.boolean("expected true or false");
  if (type === "object") return z.record(z.string(), z.unknown(), "expected an object");
  if (type === "texts") return z.array(z.string(), "expected a list of texts");
  if (choices) return z.enum(choices, `expected ${choices.map((it) => `"${it}"`).join(" or ")}`);
  if (type === "text") return z.string("expected a text").min(1, "expected a text that is not empty");
  const range = `${min > -Infinity ? ` of ${min} or more` : ""}${max < Infinity ? ` and at most ${max}` : ""}`;
  const kind = `expected ${type === "integer" ? "an integer" : "a number"}${range}`;
  const number = type === "integer" ? z.int(kind) : z.number(kind);
  return number.min(min, kind).max(max, kind);
}
