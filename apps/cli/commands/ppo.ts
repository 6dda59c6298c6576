/** `tare ppo`: reinforcement learning against a reward model, contrastive or not. */
import { openDevice } from "@tare/core";
import { contrast, withinPromptDeviation } from "@tare/contrastive";
import { fillPpoConfig, ppo as trainer } from "@tare/ppo";
import { type Command, defineCommand } from "../command.ts";
import { tokenizerFingerprint } from "../fingerprint.ts";
import { golds, meanBaseline } from "../ppo_episodes.ts";
import { evaluator } from "../ppo_evaluation.ts";
import { ppoConfigOf, ppoFlags } from "../ppo_flags.ts";
import { readPpoInputs } from "../ppo_inputs.ts";
import { checkPpoRoom, criticStart, placeModels } from "../ppo_models.ts";
import { measured, type PpoRunState } from "../ppo_steps.ts";
import { finishedReport, openOut, readState, recordOf } from "../prepare.ts";
import { remoteRewardFlags } from "../remote_reward.ts";
import { rewardFlags } from "../reward_model.ts";
import { checkpointFiles, languageModel } from "../start.ts";
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
    const given = ppoConfigOf(values);
    fillPpoConfig(given); // refuses here what it would refuse once all is read

    const { start, found, prompts, heldOut, baselines, baseline, inputs } = await readPpoInputs(values, context);
    const { tokenizer } = start;
    const scale = baselines && !given.rewardScale ? { rewardScale: 1 / withinPromptDeviation(baselines.table) } : {};
    const config = fillPpoConfig({ ...given, ...scale });

    using device = await openDevice(values);
    using _scope = device.scope();
    checkPpoRoom(device, start.config, values);
    const record = recordOf("ppo", { ...values, baseline }, device, config, inputs);
    const state = await readState<PpoRunState>(run, record, device, context);

    const { reward: scores, model } = await found.open(device, await tokenizerFingerprint(start.files), tokenizer);
    const reward = baselines ? contrast(scores, baselines.table, { baseline }) : scores;
    const { "lora-rank": rank, "lora-alpha": alpha = 2 * (rank ?? 0), "eval-every": evalEvery } = values;
    const placed = languageModel(await start.place(device, rank === undefined ? undefined : state?.policy), start.name);
    const shift = baselines && meanBaseline(baselines.table, baseline);
    const models = placeModels(device, placed, {
      ...{ seed: config.seed, state, ...rank !== undefined && { adapter: { rank, alpha } } },
      ...config.advantages === "gae" && { critic: criticStart(values.critic, placed.model, model, { config, shift }) },
    });
    const gold = values.gold && golds[values.gold];
    const measure = {
      ...{ gold, evalEvery, best: state?.best ?? null, note: context.note },
      ...baselines && { baselines: { table: baselines.table, baseline } },
    };
    return await train(
      {
        ...{ device, run, record, shown: "objective/scores" },
        steps: (signal) =>
          measured(trainer({ ...models, reward, prompts, tokenizer, config, state, signal }), {
            ...measure,
            ...heldOut && {
              evaluate: evaluator({ ...models, tokenizer, prompts: heldOut, scores, gold, config, signal }),
            },
          }),
        checkpoint: ({ policy }) => checkpointFiles(start, placed, policy.params),
      },
      values,
      context,
    );
  },
});
