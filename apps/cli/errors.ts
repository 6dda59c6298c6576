/** What an error is to the one who typed the command: a sentence and an exit code. */
import { DeviceLostError, OutOfMemoryError } from "@tare/core";
import { camelCase } from "./config_file.ts";
import { type Flags, UsageError } from "./flags.ts";

/** Exit codes: 2 for what the user can mend in what they gave, 1 for the rest. */
const codes: readonly (readonly [kind: abstract new (...args: never[]) => Error, code: number])[] = [
  [Deno.errors.BrokenPipe, 141], // as a program that SIGPIPE ends
  [UsageError, 2],
  [RangeError, 2],
  [TypeError, 2],
  [SyntaxError, 2],
  [Deno.errors.NotFound, 2],
  [Deno.errors.NotADirectory, 2],
  [Deno.errors.IsADirectory, 2],
  [Deno.errors.PermissionDenied, 2],
  [Deno.errors.NotCapable, 2],
  [Deno.errors.AlreadyExists, 2],
  [OutOfMemoryError, 1],
  [DeviceLostError, 1],
];

/** A failure of a stage, explained where it came. */
export class StageError extends Error {
  override readonly name: string = "StageError";
  /** The exit code. */
  readonly code: number;

  constructor(sentence: string, code: number) {
    super(sentence);
    this.code = code;
  }
}

/** Where the packages name a setting of theirs, an error names the flag that it was given by. */
export function inFlags(error: unknown, flags: Flags): unknown {
  if (!(error instanceof RangeError)) return error;
  for (const name of Object.keys(flags)) {
    const word = camelCase(name);
    const alone = new RegExp(`(?<![\\w/.-])${word}${word === name ? " (?=of (?:PPO|training) )" : "\\b"}`, "g");
    error.message = error.message.replace(alone, `--${name}${word === name ? " " : ""}`);
  }
  error.message = error.message.replace(/(--[a-z-]+) of (?:PPO|training)\b/g, "$1");
  return error;
}

/** A sentence for stderr, if there is anything to say, and the exit code. */
export function explain(error: unknown, trace: boolean): { sentence: string; code: number } {
  const code = error instanceof StageError ? error.code : codes.find(([kind]) => error instanceof kind)?.[1] ?? 1;
  if (code === 141) return { sentence: "", code };
  if (!(error instanceof Error)) return { sentence: `${error}`, code };
  if (error instanceof StageError) return { sentence: error.message, code }; // with its trace, if there is to be one
  // Deno's own: "No such file or directory (os error 2): readfile 'x'"
  const message = error.message.replace(/ \(os error \d+\)/, "").replace(/\s*\n\s*/g, " ");
  return { sentence: trace ? `${error.stack}` : message, code };
}
