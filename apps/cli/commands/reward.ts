/** `tare reward`: trains a reward model, from pairs or from ratings; or scores a file with one. */
import { initScoreHead, openDevice } from "@tare/core";
import { reward as trainer, rewardDefaults, type RewardOptions, type TrainingState } from "@tare/finetune";
import { type Command, defineCommand } from "../command.ts";
import { calibrated, readReference } from "../calibration.ts";
import { labelled, lengthOf } from "../labelled.ts";
import { scoreFile } from "../score_file.ts";
import { checkRoom, finishedReport, openOut, readState, recordOf } from "../prepare.ts";
import { checkpointFiles, openStart } from "../start.ts";
import { train } from "../training.ts";
import { readTrainingData } from "../training_data.ts";
import { configOf, contextOf, trainingFlags } from "../training_flags.ts";

export const reward: Command = defineCommand({
  summary: "train a reward model on preferences or ratings, or score a file with one",
  flags: {
    ...trainingFlags,
    score: { type: "text", value: "FILE|ID", help: "score these rows with --model instead; --out is a file then" },
    from: {
      type: "text",
      choices: ["pairs", "ratings"],
      help: "what the rows are (by default what the first one has)",
    },
    centring: { type: "number", min: 0, default: 0, help: "with pairs: how strongly rewards are held near zero" },
    reference: {
      type: "text",
      value: "FILE|ID",
      help: "completions whose rewards get mean 0 and deviation 1 (by default those held out, else those learned)",
    },
  },
  async run(values, context) {
    if (values.score !== undefined) return await scoreFile(values.score, values, context);
    using run = await openOut(values, context);
    if (run.kind === "done") return finishedReport(run, values, context);

    const start = await openStart(values, context);
    const length = contextOf(values, start.name, start.config);
    const reader = labelled(start.tokenizer, values.from, { context: length });
    const { train: examples, heldOut, inputs } = await readTrainingData(values, reader, context);
    const reference = await readReference(values, start.tokenizer, length, [heldOut, examples], context);

    using device = await openDevice(values);
    using _scope = device.scope();
    checkRoom(device, start.config, values, examples.map(lengthOf));
    const config = { ...rewardDefaults, ...configOf(values), centring: values.centring };
    const settings = { ...config, context: length };
    const record = recordOf("reward", values, device, settings, { ...start.inputs, ...inputs, ...reference.inputs });
    const state = await readState<TrainingState>(run, record, device, context);

    const placed = await start.place(device, state);
    const score = placed.model.score ?? initScoreHead(device, start.config, values.seed);
    const options = { device, ...placed, model: { ...placed.model, score }, train: examples, heldOut, config, state };
    return await train(
      {
        ...{ device, run, record },
        steps: (signal) => trainer({ ...options, signal } as RewardOptions),
        checkpoint: async ({ params }) => {
          const json = await calibrated(device, options, params, reference.sequences, config.microTokens);
          return checkpointFiles(start, { ...placed, json }, params);
        },
      },
      values,
      context,
    );
  },
});
