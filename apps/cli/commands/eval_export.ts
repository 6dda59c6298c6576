/** `tare eval export`: verdicts as tables for others, and as preference pairs to train on. */
import { resolve } from "node:path";
import { csv, type Evaluation, jsonl, preferenceRows } from "@tare/eval/report";
import { type Command, defineCommand } from "../command.ts";
import { evaluationFlags, judgeOf, readEvaluation } from "../compare/evaluation.ts";
import { messagesOf } from "../compare/messages.ts";
import { byPolicy } from "../compare/verdicts.ts";
import { openFile, writeWhole } from "../files.ts";
import { UsageError } from "../flags.ts";
import { checkFile } from "../page_file.ts";

export const evalExport: Command = defineCommand({
  summary: "write verdicts with their texts as CSV or JSONL, or preference pairs for tare reward, tare dpo and TRL",
  flags: {
    ...evaluationFlags,
    as: {
      ...{ type: "text", choices: ["jsonl", "csv", "trl"], default: "jsonl" },
      help: "a line for each verdict, or a pair of prompt, chosen and rejected for each that prefers one",
    },
    judge: { type: "text", value: "NAME", help: "one judge's alone; must be said for trl where several judged" },
    messages: { type: "switch", help: "trl: prompt, chosen and rejected as lists of messages" },
    out: { type: "text", value: "FILE", help: "the file" },
    force: { type: "switch", help: "replace it" },
  },
  async run({ folder, verdicts, as, judge: name, messages, out, force }, { print }) {
    if (out === undefined) throw new UsageError("Expected --out with the file to write");
    if (messages && as !== "trl") throw new UsageError("Expected --as trl beside --messages");
    await checkFile(out);
    if (!force && await openFile(resolve(out))) {
      throw new UsageError(`Cannot write ${out}: it is there already; --force replaces it`);
    }
    const { responses, verdicts: all } = await readEvaluation(folder, verdicts);
    const judge = name === undefined && as !== "trl" ? undefined : judgeOf(all, name, folder);
    const evaluation = { responses, verdicts: all.filter((row) => judge === undefined || row.judge === judge) };
    if (as !== "trl") {
      await writeWhole(resolve(out), as === "csv" ? csv(evaluation) : jsonl(withTexts(evaluation)));
      print(`${out}: ${evaluation.verdicts.length} verdicts\n`);
      return { out, verdicts: evaluation.verdicts.length };
    }
    const { rows, counts } = messages
      ? preferenceRows(evaluation, { judge: judge!, form: "messages", messagesOf })
      : preferenceRows(evaluation, { judge: judge!, form: "text" });
    await writeWhole(resolve(out), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const { judged, exported, ties, invalid, equal } = counts;
    print(
      `${out}: ${exported} pairs of ${judged} verdicts by ${judge}; left out: ${ties} ties, ${invalid} invalid, ${equal} with ` +
        `equal texts\n`,
    );
    return { out, judge, counts };
  },
});

/** Verdicts with the texts that they are about. */
function withTexts({ responses, verdicts }: Evaluation) {
  const policies = byPolicy(responses);
  return verdicts.map((row) => {
    const [a, b] = [row.a, row.b].map((name) => policies.get(name)?.get(row.promptId));
    if (!a || !b) {
      const missing = a ? row.b : row.a;
      throw new RangeError(
        `Expected a response of ${missing} to prompt "${row.promptId}" for a verdict of ${row.judge} but found none`,
      );
    }
    return { ...row, prompt: a.prompt, responses: { a: a.response, b: b.response } };
  });
}
