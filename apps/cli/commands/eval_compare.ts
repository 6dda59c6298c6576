/** `tare eval compare`: which of several policies is better, on the same prompts. */
import { openDevice } from "@tare/core";
import { type Command, defineCommand } from "../command.ts";
import { checkBestOf } from "../compare/best_of.ts";
import { finishedTable, writeComparison } from "../compare/folder.ts";
import { openPolicies } from "../compare/policies.ts";
import { samplePolicies } from "../compare/sample.ts";
import { type Scored, scoreDrawn } from "../compare/score.ts";
import { checkGold, openScorers } from "../compare/scorers.ts";
import { showComparison } from "../compare/show.ts";
import { tallyOn, workOf } from "../compare/tally.ts";
import { comparisonTable, responseRows } from "../compare/table.ts";
import manifest from "../deno.json" with { type: "json" };
import { UsageError } from "../flags.ts";
import { readPrompts, roomForPrompts } from "../prompts.ts";
import { checkIntent } from "../replaceable.ts";
import { rewardFlags } from "../reward_model.ts";
import type { RunRecord } from "../run_record.ts";
import { settingsOf } from "../training_flags.ts";

export const evalCompare: Command = defineCommand({
  summary: "compare policies on the same prompts: wins, scores and KL, with intervals",
  flags: {
    policies: {
      ...{ type: "texts", positional: true, value: "NAME=DIR …" },
      help: "checkpoints, runs or repositories of the hub; the first is the reference: KL is measured against it",
    },
    prompts: { type: "text", value: "FILE", help: "prompts that no policy was trained on: a response to each" },
    out: { type: "text", value: "DIR", help: "folder for table.json, responses.jsonl and run.json" },
    gold: { type: "text", choices: ["world"], help: "score by the truth of the preference world" },
    judge: { type: "text", value: "DIR|ID", help: "score by this reward model, which no policy was trained on" },
    ...rewardFlags,
    "best-of": { type: "integer", min: 2, help: "one policy more: of n responses of the first the best by --reward" },
    "max-tokens": { type: "integer", min: 1, default: 128, help: "most tokens of a response" },
    temperature: { type: "number", min: 0, default: 1, help: "divides logits; 0 takes the most likely token" },
    context: { type: "integer", min: 2, help: "most tokens of prompt and response (512, or what the models have)" },
    seed: { type: "integer", min: 0, max: 2 ** 32 - 1, default: 0, help: "equal seeds give equal tables" },
    "micro-tokens": { type: "integer", min: 1, default: 2048, help: "most tokens of a forward pass" },
    "skip-bad": { type: "switch", help: "leave malformed rows out and count them" },
    resume: { type: "switch", help: "show the comparison in --out, if it is the same" },
    force: { type: "switch", help: "replace the comparison in --out" },
    cache: { type: "text", value: "DIR", help: "where files of the hub are kept (by default ~/.cache/tare)" },
    revision: { type: "text", default: "main", help: "branch, tag or commit of the hub's repositories" },
  },
  async run(values, context) {
    const { out, prompts: file } = values;
    if (out === undefined || file === undefined) {
      throw new UsageError("Expected --prompts with a file of prompts, and --out with a folder for the table");
    }
    checkIntent(values);
    const policies = await openPolicies(values.policies, values, context);
    checkBestOf(values, policies.map(({ name }) => name));

    using device = await openDevice(values);
    using _scope = device.scope();
    const { rewards, positions } = await openScorers(values, device, policies, context);
    const room = roomForPrompts(values, {
      ...Object.fromEntries(policies.map(({ place, config }) => [place, config.positions])),
      ...positions,
    });
    const options = { ...values, tokenizer: policies[0]!.tokenizer, room };
    const { prompts, inputs } = await readPrompts(file, options, context);
    await checkGold(values, file, prompts);

    const ids = (named: readonly (readonly [string, { readonly id: string }])[]) =>
      Object.fromEntries(named.map(([name, { id }]) => [name, id]));
    const record: RunRecord = {
      ...{ tare: manifest.version, command: "eval compare", device: device.name, settings: settingsOf(values) },
      inputs: {
        ...inputs,
        policies: ids(policies.map((policy) => [policy.name, policy])),
        scorers: ids(Object.entries(rewards)),
      },
    };
    const finished = await finishedTable(out, record, values);
    if (finished) {
      context.print(showComparison(finished));
      return { out, ...finished };
    }

    const { "best-of": n } = values;
    const answer = async (): Promise<Scored> => {
      using bar = context.bar(); // one for all: whoever looks on sees an end
      const tally = tallyOn(bar, workOf(prompts.length, policies.length, Object.keys(rewards).length, n));
      const sampled = await samplePolicies(device, policies, prompts, { ...values, room }, tally, context.signal);
      return await scoreDrawn(sampled, rewards, n, tally, context.signal);
    };
    const { drawn, scores } = await answer();
    const responses = responseRows(drawn, scores);
    const table = comparisonTable(responses, values.seed);
    context.signal.throwIfAborted();
    await writeComparison(out, record, responses, table);
    context.print(showComparison(table));
    return { out, ...table };
  },
});
