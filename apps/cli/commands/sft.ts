/** `tare sft`: supervised fine-tuning of a language model. */
import { openDevice } from "@tare/core";
import { sft as trainer, sftDefaults, type TrainingState } from "@tare/finetune";
import { type Command, defineCommand } from "../command.ts";
import { demonstrations } from "../demonstrations.ts";
import { checkRoom, finishedReport, openOut, readState, recordOf } from "../prepare.ts";
import { checkpointFiles, languageModel, openStart } from "../start.ts";
import { train } from "../training.ts";
import { readTrainingData } from "../training_data.ts";
import { configOf, contextOf, trainingFlags } from "../training_flags.ts";

export const sft: Command = defineCommand({
  summary: "fine-tune a language model on demonstrations",
  flags: {
    ...trainingFlags,
    loss: {
      type: "text",
      choices: ["completion", "all"],
      default: "completion",
      help: "learn the completion, or all tokens of the text",
    },
    take: {
      type: "text",
      choices: ["chosen", "rejected", "both"],
      default: "chosen",
      help: "where rows are preferences: the side to learn",
    },
  },
  async run(values, context) {
    using run = await openOut(values, context);
    if (run.kind === "done") return finishedReport(run, values, context);

    const start = await openStart(values, context);
    const length = contextOf(values, start.name, start.config);
    const reader = demonstrations(start.tokenizer, values.take, { context: length, loss: values.loss });
    const { train: examples, heldOut, inputs } = await readTrainingData(values, reader, context);

    using device = await openDevice(values);
    using _scope = device.scope();
    checkRoom(device, start.config, values, examples.map(({ tokens }) => tokens.length));
    const config = { ...sftDefaults, ...configOf(values) };
    const settings = { ...config, context: length };
    const record = recordOf("sft", values, device, settings, { ...start.inputs, ...inputs });
    const state = await readState<TrainingState>(run, record, device, context);

    const placed = languageModel(await start.place(device, state), start.name);
    return await train(
      {
        ...{ device, run, record },
        steps: (signal) => trainer({ device, ...placed, train: examples, heldOut, config, state, signal }),
        checkpoint: ({ params }) => checkpointFiles(start, placed, params),
      },
      values,
      context,
    );
  },
});
