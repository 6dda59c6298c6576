/** `tare dpo`: direct preference optimisation of a language model. */
import { openDevice } from "@tare/core";
import { encodePreference, parsePreference } from "@tare/data";
import { dpo as trainer, dpoDefaults, type TrainingState } from "@tare/finetune";
import { type Command, defineCommand } from "../command.ts";
import { lengthOf } from "../labelled.ts";
import { checkRoom, finishedReport, openOut, readState, recordOf } from "../prepare.ts";
import { checkpointFiles, languageModel, openStart } from "../start.ts";
import { train } from "../training.ts";
import { readTrainingData } from "../training_data.ts";
import { configOf, contextOf, trainingFlags } from "../training_flags.ts";

export const dpo: Command = defineCommand({
  summary: "train a language model on preferences, without a reward model",
  flags: {
    ...trainingFlags,
    beta: { type: "number", min: 0, default: 0.1, help: "the larger, the nearer it stays to the model it began as" },
    "label-smoothing": { type: "number", min: 0, max: 0.5, default: 0, help: "share of wrong labels to expect" },
    "dpo-loss": {
      type: "text",
      choices: ["dpo", "ipo"],
      default: "dpo",
      help: "the log-sigmoid loss, or the squared one",
    },
  },
  async run(values, context) {
    using run = await openOut(values, context);
    if (run.kind === "done") return finishedReport(run, values, context);

    const start = await openStart(values, context);
    const { tokenizer } = start;
    const length = contextOf(values, start.name, start.config);
    const { train: pairs, heldOut, inputs } = await readTrainingData(values, {
      parse: (row) => parsePreference(row, { tokenizer }),
      encode: (example) => [encodePreference(tokenizer, example, { context: length })],
    }, context);

    using device = await openDevice(values);
    using _scope = device.scope();
    checkRoom(device, start.config, values, pairs.map(lengthOf));
    const { beta, "label-smoothing": labelSmoothing, "dpo-loss": loss } = values;
    const config = { ...dpoDefaults, ...configOf(values), beta, labelSmoothing, loss };
    const settings = { ...config, context: length };
    const record = recordOf("dpo", values, device, settings, { ...start.inputs, ...inputs });
    const state = await readState<TrainingState>(run, record, device, context);

    const placed = languageModel(await start.place(device, state), start.name);
    return await train(
      {
        ...{ device, run, record },
        steps: (signal) => trainer({ device, ...placed, train: pairs, heldOut, config, state, signal }),
        checkpoint: ({ params }) => checkpointFiles(start, placed, params),
      },
      values,
      context,
    );
  },
});
