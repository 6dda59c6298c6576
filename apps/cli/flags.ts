/** Flags of a command, as one table: what the parser takes is what `--help` shows. */
import { parseArgs } from "@std/cli";
import { levenshteinDistance } from "@std/text";

/** One flag. */
export interface Flag {
  /** `switch` is there or not; `texts` may be given several times. */
  readonly type: "text" | "texts" | "number" | "integer" | "switch";
  /** What it does: the line of `--help`. */
  readonly help: string;
  /** Value where it is not given. */
  readonly default?: string | number;
  /** What stands for the value in `--help`. */
  readonly value?: string;
  /** Smallest number. */
  readonly min?: number;
  /** Largest number. */
  readonly max?: number;
  /** The texts that are allowed. */
  readonly choices?: readonly string[];
}

/** A command's flags by name. */
export type Flags = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F["type"] extends "switch" ? boolean
  : F["type"] extends "texts" ? string[]
  :
    | (F["type"] extends "text" ? string : number)
    | (F extends { readonly default: string | number } ? never : undefined);

/** What the parser makes of a table. */
export type Values<F extends Flags> = { -readonly [K in keyof F]: ValueOf<F[K]> };

/** Bad arguments: one sentence, exit code 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/**
 * Reads arguments.
 *
 * @throws {UsageError} If a flag is unknown, lacks its value or has a bad one, or something stands there that is no flag.
 */
export function parseFlags<F extends Flags>(args: readonly string[], flags: F): Values<F> {
  const names = (...types: string[]) => Object.keys(flags).filter((name) => types.includes(flags[name]!.type));
  const switches = names("switch");
  const parsed = parseArgs(joined(args, flags), {
    string: names("text", "texts", "number", "integer"),
    collect: names("text", "texts", "number", "integer"),
    boolean: switches,
    unknown: (arg: string, key?: string) => refuse(arg, key, Object.keys(flags)),
  }) as Record<string, unknown>;
  const [stray] = parsed._ as string[]; // behind "--"
  if (stray !== undefined) refuse(stray, undefined, []);
  for (const name of switches) {
    const at = args.findIndex((arg, i) =>
      arg.startsWith(`--${name}=`) || arg === `--${name}` && /^(true|false)$/.test(args[i + 1] ?? "")
    );
    const bad = at < 0 ? undefined : args[at]!.includes("=") ? args[at] : `--${name} ${args[at + 1]}`;
    if (bad) throw new UsageError(`Expected --${name} without a value but found ${bad}`);
  }
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, read(name, flag, parsed[name])]),
  ) as Values<F>;
}

/** Values that the parser would not take for such go to their flags: none at all, and numbers below zero. */
function joined(args: readonly string[], flags: Flags): string[] {
  const list: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [arg, next] = [args[i]!, args[i + 1]];
    const name = arg.startsWith("--") ? arg.slice(2) : "";
    const takes = Object.hasOwn(flags, name) && flags[name]!.type !== "switch";
    if (takes && next !== undefined && /^$|^-[\d.]/.test(next)) list.push(`${arg}=${args[++i]}`);
    else list.push(arg);
  }
  return list;
}

function refuse(arg: string, key: string | undefined, known: readonly string[]): never {
  if (key === undefined) throw new UsageError(`Expected flags only but found "${arg}"; give a value as --name value`);
  if (!arg.startsWith("--")) {
    throw new UsageError(`Unknown flag "${arg}"; a value that begins with "-" is given as --name=${arg}`);
  }
  const near = nearest(key, known);
  throw new UsageError(`Unknown flag "${arg}"${near ? `; did you mean --${near}?` : ""}`);
}

function read(name: string, flag: Flag, given: unknown): unknown {
  if (flag.type === "switch") return given === true;
  const texts = (given ?? []) as string[];
  if (texts.includes("")) {
    const empty = flag.type === "text" || flag.type === "texts" ? `; for an empty text give nothing` : "";
    throw new UsageError(`Expected a value after --${name}${empty}`);
  }
  if (flag.type === "texts") return texts;
  if (texts.length > 1) throw new UsageError(`Expected --${name} once but found it ${texts.length} times`);
  const [text] = texts;
  if (text === undefined) return flag.default;
  if (flag.type !== "text") return readNumber(name, flag, text);
  if (flag.choices && !flag.choices.includes(text)) {
    throw new UsageError(`Expected --${name} to be ${flag.choices.join(" or ")} but found "${text}"`);
  }
  return text;
}

function readNumber(name: string, { type, min = -Infinity, max = Infinity }: Flag, text: string): number {
  const number = Number(text);
  const kind = type === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
  if (text.trim() === "" || !kind || number < min || number > max) {
    const range = `${min > -Infinity ? ` of ${min} or more` : ""}${max < Infinity ? ` and at most ${max}` : ""}`;
    throw new UsageError(
      `Expected --${name} to be ${type === "integer" ? "an integer" : "a number"}${range} but found "${text}"`,
    );
  }
  return number;
}

/** The known word with the fewest edits, if they are few. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => [name, levenshteinDistance(word, name)] as const).sort((a, b) => a[1] - b[1]);
  const [name, distance] = ranked[0] ?? ["", Infinity];
  return distance <= Math.max(1, Math.floor(name.length / 3)) ? name : undefined;
}

/** The table as `--help` shows it. */
export function describeFlags(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const value = flag.type === "switch"
      ? ""
      : ` ${flag.value ?? (flag.choices?.join("|") ?? (flag.type === "text" || flag.type === "texts" ? "TEXT" : "N"))}`;
    return [`--${name}${value}`, `${flag.help}${flag.default === undefined ? "" : ` (${flag.default})`}`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
