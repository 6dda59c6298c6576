/** `tare ppo`: reinforcement learning against a reward model, contrastive or not. */
import { openDevice } from "@tare/core";
import { checkTable, contrast, withinPromptDeviation } from "@tare/contrastive";
import { fillPpoConfig, ppo as trainer } from "@tare/ppo";
import { readBaselines } from "../baselines_file.ts";
import { type Command, defineCommand } from "../command.ts";
import { fingerprint, tokenizerFingerprint } from "../fingerprint.ts";
import { UsageError } from "../flags.ts";
import { golds, meanBaseline } from "../ppo_episodes.ts";
import { evaluator } from "../ppo_evaluation.ts";
import { ppoConfigOf, ppoFlags } from "../ppo_flags.ts";
import { placeModels } from "../ppo_models.ts";
import { measured, type PpoRunState } from "../ppo_steps.ts";
import { finishedReport, openOut, readState, recordOf } from "../prepare.ts";
import { readPrompts, roomForPrompts } from "../prompts.ts";
import { remoteRewardFlags } from "../remote_reward.ts";
import { openReward, rewardFlags } from "../reward_model.ts";
import { checkpointFiles, languageModel, openStart } from "../start.ts";
import { train } from "../training.ts";
import { trainingFlags as shared } from "../training_flags.ts";

export const ppo: Command = defineCommand({
  summary: "train a policy on the scores of a reward model, less their baselines if there are any",
  flags: {
    ...{ ...ppoFlags, ...rewardFlags, ...remoteRewardFlags, out: shared.out, "micro-tokens": shared["micro-tokens"] },
    ...{ "max-norm": shared["max-norm"], "weight-decay": shared["weight-decay"], recompute: shared.recompute },
    ...{ "lora-rank": shared["lora-rank"], "lora-alpha": shared["lora-alpha"], "skip-bad": shared["skip-bad"] },
    ...{ resume: shared.resume, force: shared.force, config: shared.config, cache: shared.cache },
    revision: shared.revision,
  },
  async run(values, context) {
    using run = await openOut(values, context);
    if (run.kind === "done") return finishedReport(run, values, context);
    const { "lora-rank": rank, "lora-alpha": alpha = 2 * (rank ?? 0) } = values;
    const { prompts: promptFile, "eval-prompts": evalFile, baselines: baselineFile, keep, seed } = values;
    if (promptFile === undefined) throw new UsageError("Expected --prompts with a file of prompts");
    if (values.model === undefined) throw new UsageError("Expected --model with the policy to begin with");
    if (keep === "best" && evalFile === undefined) {
      throw new UsageError("Expected --eval-prompts beside --keep best: without them there is no best model");
    }
    const { baseline = baselineFile === undefined ? "none" : "mean" } = values;
    if (baseline !== "none" && baselineFile === undefined) {
      throw new UsageError("Expected --baselines beside --baseline: the file that tare sample wrote");
    }
    const given = ppoConfigOf(values);
    fillPpoConfig(given); // refuses here what it would refuse after all is loaded

    using device = await openDevice(values);
    using _scope = device.scope();
    const start = await openStart(values, context);
    const { tokenizer } = start;
    const ids = await tokenizerFingerprint(start.files);
    const { reward: scores, positions, model: rewardModel } = await openReward(
      ...[values, device, ids, context, tokenizer] as const,
    );
    if (values.critic === "reward" && !rewardModel) {
      throw new UsageError("Expected --reward beside --critic reward: a server keeps its model to itself");
    }
    const room = roomForPrompts(values, { [start.name]: start.config.positions, reward: positions });
    const reading = { ...values, tokenizer, room };
    const { prompts, inputs } = await readPrompts(promptFile, reading, context);
    const heldOut = evalFile === undefined ? undefined : await readPrompts(evalFile, reading, context);

    const baselines = baselineFile === undefined ? undefined : await readBaselines(baselineFile, context);
    if (baselines) {
      const asked = prompts.map(({ id, text }) => ({ promptId: id, prompt: text }));
      await checkTable(baselines.table, { policy: await fingerprint(start.files), prompts: asked });
    }
    const reward = baselines ? contrast(scores, baselines.table, { baseline }) : scores;
    const config = fillPpoConfig({
      ...baselines && !given.rewardScale && { rewardScale: 1 / withinPromptDeviation(baselines.table) },
      ...given,
    });
    const record = recordOf("ppo", { ...values, baseline }, device, config, {
      ...{ ...start.inputs, reward: scores.id, ...inputs, ...baselines?.inputs },
      ...heldOut && { evalPrompts: heldOut.inputs.prompts },
    });
    const state = await readState<PpoRunState>(run, record, device, context);

    const placed = languageModel(await start.place(device, rank === undefined ? undefined : state?.policy), start.name);
    const critic = values.critic === "zero" ? { from: placed.model } : {
      ...{ from: rewardModel!, scale: config.rewardScale === "running" ? 1 : config.rewardScale },
      ...baselines && { shift: meanBaseline(baselines.table, baseline) },
    };
    const models = placeModels(device, placed, {
      ...{ seed: config.seed, state, ...rank !== undefined && { adapter: { rank, alpha } } },
      ...config.advantages === "gae" && { critic },
    });
    const gold = values.gold && golds[values.gold];
    return await train(
      {
        ...{ device, run, record, shown: "objective/scores" },
        steps: (signal) =>
          measured(trainer({ ...models, reward, prompts, tokenizer, config, state, signal }), {
            ...{ gold, best: state?.best ?? null, evalEvery: values["eval-every"], note: context.note },
            ...baselines && { baselines: { table: baselines.table, baseline } },
            ...heldOut && {
              evaluate: evaluator({ ...models, tokenizer, prompts: heldOut.prompts, scores, gold, config, signal }),
            },
          }),
        checkpoint: ({ policy }) => checkpointFiles(start, placed, policy.params),
      },
      values,
      context,
    );
  },
});
