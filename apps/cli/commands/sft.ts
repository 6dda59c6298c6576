/** `tare sft`: supervised fine-tuning of a language model. */
import { openDevice } from "@tare/core";
import {
  type Demonstration,
  encodeDemonstration,
  parseDemonstration,
  parsePreference,
  type Preference,
  type Sequence,
  type Tokenizer,
} from "@tare/data";
import { sft as trainer, sftDefaults } from "@tare/finetune";
import { type Command, defineCommand } from "../command.ts";
import { checkpointFiles, openStart } from "../start.ts";
import { checkRoom, finishedReport, openOut, readState, recordOf, train } from "../training.ts";
import { contextOf, readTrainingData, type RowReader } from "../training_data.ts";
import { configOf, trainingFlags } from "../training_flags.ts";

export const sft: Command = defineCommand({
  summary: "fine-tune a language model on demonstrations",
  flags: {
    ...trainingFlags,
    loss: {
      type: "text",
      ...{ choices: ["completion", "all"], default: "completion" },
      help: "learn the completion, or all tokens of the text",
    },
    take: {
      type: "text",
      ...{ choices: ["chosen", "rejected", "both"], default: "chosen" },
      help: "where rows are preferences: the side to learn",
    },
  },
  async run(values, context) {
    using run = await openOut(values, context);
    if (run.kind === "done") return finishedReport(run);
    const start = await openStart(values, context);
    const options = { context: contextOf(values, start.config, start), loss: values.loss };
    const data = await readTrainingData(values, demonstrations(start.tokenizer, values.take, options), context);
    using device = await openDevice(values);
    using _scope = device.scope();
    checkRoom(device, start.config, values, data.train.map(({ tokens }) => tokens.length));

    const config = { ...sftDefaults, ...configOf(values) };
    const settings = { ...config, context: options.context };
    const { metrics: file, step } = await run.begin(
      recordOf("sft", values, device, settings, { ...start.inputs, ...data.inputs }),
    );
    using metrics = file;
    const state = await readState(device, run.path, step);
    const placed = await start.place(device, state);
    if (placed.model.score) throw new RangeError(`Expected a language model but found a reward model: ${start.name}`);
    const steps = trainer({ device, ...placed, ...data, config, state });
    return await train({ device, run, metrics, steps, checkpoint: ({ params }) => checkpointFiles(start, placed, params) }, values, context);
  },
});

/** Rows that are demonstrations, or preferences of which one side or both are taken for some. */
function demonstrations(
  tokenizer: Tokenizer,
  take: "chosen" | "rejected" | "both",
  options: Parameters<typeof encodeDemonstration>[2],
): RowReader<Demonstration | Preference, Sequence> {
  const sides = take === "both" ? ["chosen", "rejected"] as const : [take];
  return {
    parse: (row) => isPreference(row) ? parsePreference(row, { tokenizer }) : parseDemonstration(row, { tokenizer }),
    encode: (example) =>
      "chosen" in example
        ? sides.map((side) => encodeDemonstration(tokenizer, { ...example, completion: example[side] }, options))
        : [encodeDemonstration(tokenizer, example, options)],
  };
}

function isPreference(row: unknown): boolean {
  return typeof row === "object" && row !== null && "chosen" in row;
}
