/** What a command is, and the flags that all of them have. */
import type { Flags, Values } from "./flags.ts";
import type { Bar } from "./progress.ts";

/** What a command may use beside its flags. */
export interface Context {
  /** Writes text to stdout. Silent with `--json`. */
  readonly print: (text: string) => void;
  /** Writes a line to stderr: rates, remarks. */
  readonly note: (line: string) => void;
  /** Shows on stderr how far something is. */
  readonly bar: () => Bar;
  /** What goes on with what was stopped, for a remark: a pipeline needs no flag for it. */
  readonly again: string;
  /** Fires at Ctrl-C; a second Ctrl-C ends the program at once. */
  readonly signal: AbortSignal;
}

/** A command: `tare name …`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Its flags. */
  readonly flags: Flags;
  /** Does it. @returns What `--json` prints. */
  run(values: Record<string, unknown>, context: Context): Promise<object>;
}

/** Flags of every command. */
export const common: Flags = {
  device: {
    ...{ type: "text", choices: ["auto", "webgpu", "cpu"], default: "auto" },
    help: "auto takes a hardware GPU, else the CPU",
  },
  threads: { type: "integer", min: 1, max: 256, help: "threads of the CPU device; results do not depend on it" },
  json: { type: "switch", help: "print one JSON object, as the last line of stdout, and no other text" },
  trace: { type: "switch", help: "show where in the program an error came from" },
  help: { type: "switch", help: "show this" },
};

/** What the common flags say. */
export interface CommonValues {
  /** Which device to open. */
  readonly device: "auto" | "webgpu" | "cpu";
  /** Threads of a CPU device. */
  readonly threads?: number;
  /** Whether stdout is for programs. */
  readonly json: boolean;
  /** Whether errors say where in the program they came from. */
  readonly trace: boolean;
}

/** Joins a command's own flags with the common ones, and gives `run` their types. */
export function defineCommand<const F extends Flags>(spec: {
  readonly summary: string;
  readonly flags: F;
  run(values: Values<F> & CommonValues, context: Context): Promise<object>;
}): Command {
  return {
    summary: spec.summary,
    flags: { ...spec.flags, ...common },
    run: (values, context) => spec.run(values as Values<F> & CommonValues, context),
  };
}
