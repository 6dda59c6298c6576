/** `tare data stats`: what a file of examples holds, before anything is trained on it. */
import {
  type DataStats,
  dataStats,
  type ExampleKind,
  kindOf,
  type Lengths,
  loadTokenizer,
  parseExample,
  readExamples,
  type RowError,
  type Skips,
} from "@tare/data";
import { type Command, type Context, defineCommand } from "../command.ts";
import { openRows } from "../data.ts";
import { openFolder } from "../files.ts";
import { UsageError } from "../flags.ts";
import { table } from "../table.ts";

/** Malformed rows that are shown; the others are counted. */
const shown = 5;

export const dataStatistics: Command = defineCommand({
  summary: "show what a file of examples holds: counts, lengths, duplicates, what is left out",
  flags: {
    file: {
      ...{ type: "text", positional: true, value: "FILE" },
      help: "JSON Lines, zipped or not, or Parquet; - for stdin; org/name or org/name:file for a data set of the hub",
    },
    kind: {
      ...{ type: "text", choices: ["demonstrations", "preferences", "ratings", "prompts"] },
      help: "what its rows are (by default what the fields of the first say)",
    },
    tokenizer: { type: "text", value: "DIR", help: "counts tokens, and renders messages" },
    context: { type: "integer", min: 2, help: "tokens that an example may have: counts what is cut or left out" },
    "skip-bad": { type: "switch", help: "counts malformed rows instead of stopping at the first" },
    cache: { type: "text", value: "DIR", help: "where data sets of the hub are kept (by default ~/.cache/tare)" },
    revision: { type: "text", default: "main", help: "branch, tag or commit of the hub's repository" },
  },
  async run({ file, tokenizer: folder, context: length, "skip-bad": skipBad, ...values }, context) {
    if (length !== undefined && folder === undefined) {
      throw new UsageError("Expected --tokenizer DIR beside --context: the length is one of tokens");
    }
    const tokenizer = folder === undefined ? undefined : await loadTokenizer(await openFolder(folder));
    const skips: Skips = {};
    const bad: RowError[] = [];
    let kind = values.kind as ExampleKind | undefined;
    const rows = await openRows(file, values, context);
    const examples = readExamples(rows, (row) => parseExample(kind ??= kindOf(row), row, { tokenizer }), {
      ...{ skips, skipBad },
      onBad: (error) => void (bad.length < shown && bad.push(error)),
    });
    const stats = await dataStats(stoppable(examples, context.signal), { tokenizer, context: length });
    show(context, file, kind, stats, skips, bad);
    return { file, kind, ...stats, skips, malformed: bad.map(({ message }) => message) };
  },
});

async function* stoppable<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

function show(
  { print, note }: Context,
  file: string,
  kind: ExampleKind | undefined,
  { examples, repeatedPrompts, repeatedExamples, characters, tokens, fit }: DataStats,
  skips: Skips,
  bad: readonly RowError[],
): void {
  const count = (n: number) => n.toLocaleString("en");
  const left = Object.values(skips).reduce((sum, n) => sum + n, 0);
  for (const { message } of bad) note(message);
  if ((skips["malformed row"] ?? 0) > bad.length) note(`… and ${count(skips["malformed row"]! - bad.length)} more`);
  print(`${file}: ${count(examples)} ${kind ?? "examples"} of ${count(examples + left)} rows\n`);
  print(table(["what", "rows"], [
    ...Object.entries(skips).map(([reason, n]) => [`left out: ${reason}`, count(n)]),
    ["the same prompt as one before", count(repeatedPrompts)],
    ["equal to one before", count(repeatedExamples)],
    ...fit
      ? [
        [`fits ${count(fit.context)} tokens`, count(fit.whole)],
        ["fits without its oldest turns", count(fit.losingTurns)],
        ["does not fit, or says nothing", count(fit.leftOut)],
      ]
      : [],
  ]));
  const rows = (unit: string, lengths: Readonly<Record<string, Lengths>> = {}) =>
    Object.entries(lengths).map(([part, { p50, p90, p99, max, mean, total }]) => [
      ...[`${part}, ${unit}`, count(p50), count(p90), count(p99), count(max), mean.toFixed(1), count(total)],
    ]);
  print(
    "\n" + table(["length", "50 %", "90 %", "99 %", "longest", "mean", "total"], [
      ...rows("characters", characters),
      ...rows("tokens", tokens),
    ]),
  );
}
