/** `tare sample`: responses of the policy that training begins from, and their rewards: the baselines. */
import { openDevice } from "@tare/core";
import { parseBaselineRow } from "@tare/contrastive";
import { sampleBaselines } from "@tare/sampler";
import { withAnswers, withoutAnswers } from "../answers.ts";
import { checkSampled, reportOf } from "../baselines.ts";
import { type Command, defineCommand } from "../command.ts";
import { UsageError } from "../flags.ts";
import { findPolicy, policyFlags } from "../policy.ts";
import { rowBar } from "../progress.ts";
import { longestOf, readPrompts, roomForPrompts } from "../prompts.ts";
import { remoteRewardFlags } from "../remote_reward.ts";
import { findReward, rewardFlags } from "../reward_model.ts";
import { openRowsFile } from "../rows_file.ts";

export const sample: Command = defineCommand({
  summary: "sample responses of a policy and score them: the baselines of contrastive rewards",
  flags: {
    prompts: {
      ...{ type: "text", value: "FILE|ID" },
      help: "prompts, or rows of another kind, whose prompts are taken: JSONL (.gz), Parquet, a data set of the hub",
    },
    ...policyFlags,
    ...rewardFlags,
    ...remoteRewardFlags,
    out: { type: "text", value: "FILE", help: "file to write: a line for each prompt" },
    k: { type: "integer", min: 1, default: 5, help: "responses to each prompt" },
    greedy: { type: "switch", help: "score the most likely response as well" },
    dataset: { type: "switch", help: "score the data's own response as well: a row's completion, or chosen" },
    "max-tokens": { type: "integer", min: 1, default: 128, help: "most tokens of a response" },
    temperature: { type: "number", min: 1e-6, default: 1, help: "divides logits" },
    seed: { type: "integer", min: 0, max: 2 ** 32 - 1, default: 0, help: "equal seeds give equal responses" },
    context: { type: "integer", min: 2, help: "most tokens of prompt and response (512, or what the models have)" },
    "micro-tokens": { type: "integer", min: 1, default: 2048, help: "most tokens of a pass of the reward model" },
    "skip-bad": { type: "switch", help: "leave malformed rows out and count them" },
    resume: { type: "switch", help: "go on behind the last whole row of --out" },
    force: { type: "switch", help: "replace --out" },
    config: { type: "text", value: "FILE", help: "JSON with settings, keys as flags in camelCase; flags override it" },
    cache: { type: "text", value: "DIR", help: "where files of the hub are kept (by default ~/.cache/tare)" },
    revision: { type: "text", default: "main", help: "branch, tag or commit of the hub's repository of a model" },
  },
  async run(values, context) {
    const { prompts: source, out, k, greedy, dataset, seed, temperature, "max-tokens": maxTokens } = values;
    if (source === undefined) throw new UsageError("Expected --prompts with a file of prompts");
    if (out === undefined) throw new UsageError("Expected --out with the file to write");
    using file = await openRowsFile(out, values, parseBaselineRow);

    const policy = await findPolicy(values, context);
    const reward = await findReward(values, context);
    const { tokenizer } = policy;
    const positions = { [policy.name]: policy.positions, [reward.name]: reward.positions };
    const room = tokenizer && roomForPrompts(values, positions);
    const read = await readPrompts(source, { ...values, tokenizer, room }, context);
    const longest = Math.min(...Object.values(positions));
    const prompts = dataset
      ? withAnswers(read.prompts, source, tokenizer, longest, context)
      : withoutAnswers(read.prompts);

    const template = read.prompts.some(({ rendered }) => rendered) ? tokenizer!.templateHash : "";
    const sampling = { k, temperature, maxTokens, seed };
    checkSampled(out, file.rows, prompts, { policy: policy.id, rewardModel: reward.id, template, sampling, greedy });
    const rows = [...file.rows];
    if (rows.length > 0) context.note(`${out}: ${rows.length} of ${prompts.length} rows are there`);
    const rest = prompts.slice(rows.length);

    if (rest.length > 0) {
      using stack = new DisposableStack();
      const device = policy.local || reward.local ? stack.use(await openDevice(values)) : undefined;
      if (device) stack.use(device.scope());
      const sampler = await policy.open(device, maxTokens, longestOf(rest));
      const { reward: scores } = await reward.open(device, policy.ids, tokenizer);
      stack.defer(() => {
        if (!context.signal.aborted) return;
        context.note(`Stopped after ${rows.length} of ${prompts.length} rows: ${context.again} goes on`);
      });
      const bar = stack.use(rowBar(context, "sampled"));
      bar.show(rows.length, prompts.length);
      const group = policy.local ? 32 : Math.max(32, 2 * values.concurrency);
      const settings = { ...sampling, greedy, template, group, signal: context.signal };
      for await (const row of sampleBaselines({ sampler, reward: scores, prompts: rest, ...settings })) {
        await file.append(row);
        bar.show(rows.push(row), prompts.length);
        if (rows.length % 32 === 0) await file.sync();
      }
    }
    await file.sync();
    return { out, ...read.inputs, ...await reportOf(rows, context) };
  },
});
