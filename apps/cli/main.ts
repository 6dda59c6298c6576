/** The table of commands, and what surrounds each: flags, help, errors, Ctrl-C. */
import type { Command, Context } from "./command.ts";
import { dataStatistics } from "./commands/data_stats.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { evalAgree } from "./commands/eval_agree.ts";
import { evalExport } from "./commands/eval_export.ts";
import { evalReport } from "./commands/eval_report.ts";
import { generate } from "./commands/generate.ts";
import { run } from "./commands/run.ts";
import { serve } from "./commands/serve.ts";
import { readSettings } from "./config_file.ts";
import { explain, inFlags } from "./errors.ts";
import { nearest, UsageError } from "./flags.ts";
import { describeFlags, usageOf } from "./flags_help.ts";
import { stages } from "./stages.ts";
import { bar, note, print, restore } from "./terminal.ts";

const commands: Readonly<Record<string, Command>> = {
  ...stages,
  ...{ "eval report": evalReport, "eval agree": evalAgree, "eval export": evalExport },
  ...{ run, demo, serve, "data stats": dataStatistics, generate, doctor },
};

/** The list of commands, or of those that begin with a word. */
function helpOn(names: readonly string[]): string {
  const width = Math.max(...names.map(({ length }) => length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${commands[name]!.summary}`);
  return `Usage: tare COMMAND [FLAGS]\n\n${lines.join("\n")}\n\ntare COMMAND --help shows a command's flags.\n`;
}

/**
 * Runs a command.
 *
 * @param args Its name and flags.
 * @returns The exit code: 0, 1 for a failure, 2 for bad input, 130 after Ctrl-C.
 *
 * @example Usage
 * ```ts
 * import { main } from "@tare/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--help"]), 0);
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const interrupted = () => {
    if (!stop.signal.aborted) return stop.abort(new DOMException("Interrupted", "AbortError"));
    restore();
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", interrupted);
  try {
    await dispatch(args, stop.signal);
    return stop.signal.aborted ? 130 : 0;
  } catch (error) {
    const { sentence, code } = explain(error, args.includes("--trace"));
    const [stopped, asked] = [stop.signal.aborted, error instanceof DOMException && error.name === "AbortError"];
    if (sentence && !(stopped && asked)) note(sentence); // also of a last checkpoint that could not be written
    return stopped ? 130 : code;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupted);
  }
}

async function dispatch(words: readonly string[], signal: AbortSignal): Promise<void> {
  const [first, second] = words;
  if (first === undefined || asksForHelp(first) || first === "help") {
    return print(
      `tare: reinforcement learning from human feedback with contrastive rewards\n\n${helpOn(Object.keys(commands))}`,
    );
  }
  const group = Object.keys(commands).filter((name) => name.startsWith(`${first} `)); // as `tare eval compare`
  if (group.length > 0 && (second === undefined || asksForHelp(second))) return print(helpOn(group));
  const name = group.length > 0 && !second!.startsWith("-") ? `${first} ${second}` : first;
  const command = commands[name];
  if (!command) {
    const near = nearest(name, Object.keys(commands));
    throw new UsageError(
      `Unknown command "${name}"${near ? `; did you mean ${near}?` : ""} (tare --help lists the commands)`,
    );
  }
  const args = words.slice(name.split(" ").length);
  if (args.some(asksForHelp)) {
    return print(
      `tare ${name}: ${command.summary}\n\n${usageOf(name, command.flags)}\n\n${describeFlags(command.flags)}\n`,
    );
  }
  const values = await readSettings(args, command.flags);
  const again = "the same command with --resume";
  const context: Context = { print: values.json ? () => {} : print, note, bar, signal, again };
  const report = await command.run(values, context).catch((error) => {
    throw inFlags(error, command.flags);
  });
  signal.throwIfAborted();
  if (values.json) print(JSON.stringify(report) + "\n");
}

function asksForHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}
