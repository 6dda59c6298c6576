/** Flags of a command, as one table: what the parser takes is what `--help` shows. */
import { levenshteinDistance } from "@std/text";
import { parseArgs } from "node:util";
import { wordFor } from "./flags_help.ts";

/** One flag. */
export interface Flag {
  /** `switch` is there or not; `texts` may be given several times; an `object` stands in the file of `--config` alone. */
  readonly type: "text" | "texts" | "number" | "integer" | "switch" | "object";
  /** What it does: the line of `--help`. */
  readonly help: string;
  /** It is known by its place, not by its name, and must be given; one of `texts` takes all that is left. */
  readonly positional?: true;
  /** Value where it is not given. */
  readonly default?: string | number | boolean | readonly string[] | Readonly<Record<string, unknown>>;
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
  : F["type"] extends "object" ? Readonly<Record<string, unknown>> | undefined
  :
    | (F["type"] extends "text" ? F extends { readonly choices: readonly (infer C)[] } ? C : string : number)
    | (F extends { readonly default: string | number } | { readonly positional: true } ? never : undefined);

/** What the parser makes of a table. */
export type Values<F extends Flags> = { -readonly [K in keyof F]: ValueOf<F[K]> };

/** Bad arguments: one sentence, exit code 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/**
 * Reads arguments.
 *
 * @throws {UsageError} If a flag is unknown, or its value is missing or bad; if something is there that is no flag, or missing.
 */
export function parseFlags<F extends Flags>(args: readonly string[], flags: F): Values<F> {
  const options = Object.fromEntries(
    Object.entries(flags).map((
      [name, { type }],
    ) => [
      name,
      { type: type === "switch" ? "boolean" : "string", ...name.length === 1 && { short: name } } as const,
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true }); // errors in our own words
  const given = new Map<string, string[]>();
  const places = Object.keys(flags).filter((name) => flags[name]!.positional);
  const named = Object.keys(flags).filter((name) => !flags[name]!.positional && flags[name]!.type !== "object");
  for (const token of tokens) {
    if (token.kind === "positional") {
      const [place] = places;
      if (place !== undefined) {
        given.set(place, [...given.get(place) ?? [], token.value]);
        if (flags[place]!.type !== "texts") places.shift();
        continue;
      }
      throw new UsageError(`Expected flags only but found "${token.value}"; give a value as --name value`);
    }
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const short = name.length === 1; // then one dash does
    if (!named.includes(name) || !short && !rawName.startsWith("--")) refuse(rawName, name, named);
    checkValue(name, flags[name]!, value, inlineValue);
    given.set(name, [...given.get(name) ?? [], value ?? ""]);
  }
  const missing = places.filter((name) => !given.has(name)).map((name) => wordFor(flags[name]!)).join(" ");
  if (missing) {
    throw new UsageError(`Expected ${missing} but found nothing in its place; --help says what it is`);
  }
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, read(name, flag, given.get(name) ?? [])]),
  ) as Values<F>;
}

function refuse(flag: string, name: string, known: readonly string[]): never {
  const near = nearest(name, known);
  throw new UsageError(`Unknown flag "${flag}"${near ? `; did you mean --${near}?` : ""}`);
}

/** Whether there is a value where there should be one. What looks like a flag is none, unless it is joined by `=`. */
function checkValue(name: string, { type }: Flag, value: string | undefined, joined: boolean | undefined): void {
  if (type === "switch") {
    if (joined) throw new UsageError(`Expected --${name} without a value but found --${name}=${value}`);
  } else if (!value) {
    const empty = type === "text" || type === "texts" ? `; for an empty text give nothing` : "";
    throw new UsageError(`Expected a value after --${name}${empty}`);
  } else if (!joined && /^-[^\d.]/.test(value)) {
    throw new UsageError(
      `Expected a value after --${name} but found "${value}"; a value that begins with "-" is given as --${name}=${value}`,
    );
  }
}

function read(name: string, flag: Flag, texts: readonly string[]): unknown {
  if (flag.type === "switch") return texts.length > 0 || flag.default === true;
  if (flag.type === "texts") return texts.length > 0 ? texts : flag.default ?? [];
  if (flag.type === "object") return flag.default;
  if (texts.length > 1) throw new UsageError(`Expected --${name} once but found it ${texts.length} times`);
  const [text] = texts;
  if (text === undefined) return flag.default;
  if (flag.type !== "text") return readNumber(name, flag, text);
  if (flag.choices && !flag.choices.includes(text)) {
    const what = flag.positional ? "" : `--${name} to be `;
    throw new UsageError(`Expected ${what}${flag.choices.join(" or ")} but found "${text}"`);
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
