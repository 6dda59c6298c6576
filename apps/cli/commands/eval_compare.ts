/** `tare eval compare`: which of several policies is better, on the same prompts. */
import { openDevice } from "@tare/core";
import { type Command, defineCommand } from "../command.ts";
import { askFlags } from "../compare/ask_flags.ts";
import { openAsked } from "../compare/asked.ts";
import { checkBestOf, nameOfBest } from "../compare/best_of.ts";
import { finishedComparison, type Found, lockComparison, writeComparison } from "../compare/folder.ts";
import { judgeResponses } from "../compare/judge.ts";
import { openPolicies } from "../compare/policies.ts";
import { promptsToCompare } from "../compare/prompts.ts";
import { scoreDrawn } from "../compare/score.ts";
import { checkGold, checkScored, openScorers } from "../compare/scorers.ts";
import { showComparison, showInvalid, showSpent } from "../compare/show.ts";
import { tallyOn, workOf } from "../compare/tally.ts";
import { comparisonTable, responseRows } from "../compare/table.ts";
import { drawResponses } from "../compare/draw.ts";
import { policyPairs, scoreVerdicts } from "../compare/verdicts.ts";
import manifest from "../deno.json" with { type: "json" };
import { UsageError } from "../flags.ts";
import { checkIntent } from "../replaceable.ts";
import { rewardFlags } from "../reward_model.ts";
import type { RunRecord } from "../run_record.ts";
import { settingsOf } from "../training_flags.ts";

export const evalCompare: Command = defineCommand({
  summary: "compare policies on the same prompts: wins, scores and KL, with intervals",
  flags: {
    policies: {
      ...{ type: "texts", positional: true, value: "NAME=DIR …" },
      help: "checkpoints, runs or repositories of the hub, NAME=FILE.jsonl with responses, NAME=URL#MODEL behind a " +
        "server; the first is the reference: KL is measured against it",
    },
    prompts: {
      type: "text",
      value: "FILE",
      help:
        "prompts that no policy was trained on (else those that FILE answers, if it comes first and no checkpoint follows)",
    },
    out: { type: "text", value: "DIR", help: "folder for table, responses, verdicts and run.json" },
    gold: { type: "text", choices: ["world"], help: "score by the truth of the preference world" },
    judge: { type: "text", value: "DIR|ID", help: "score by this reward model, which no policy was trained on" },
    ...rewardFlags,
    ...askFlags,
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
    const { out, "best-of": n } = values;
    if (out === undefined) throw new UsageError("Expected --out with a folder for the table");
    checkIntent(values);
    const policies = await openPolicies(values.policies, values, context);
    checkBestOf(values, policies);
    checkScored(values);
    using asked = openAsked(values, out);

    using stack = new DisposableStack();
    const local = values.judge !== undefined || values.reward !== undefined ||
      policies.some(({ kind }) => kind === "checkpoint");
    const device = local ? stack.use(await openDevice(values)) : undefined;
    if (device) stack.use(device.scope());
    const { rewards, positions } = await openScorers(values, device, policies, context);
    const { prompts, inputs, room } = await promptsToCompare(values, policies, positions, context);
    await checkGold(values, values.prompts ?? policies[0]!.place, prompts);

    const ids = (named: readonly (readonly [string, { readonly id: string }])[]) =>
      Object.fromEntries(named.map(([name, { id }]) => [name, id]));
    const record: RunRecord = {
      ...{ tare: manifest.version, command: "eval compare", device: device?.name ?? "none" },
      settings: settingsOf({ ...values, concurrency: undefined }), // that changes nothing of what is answered
      inputs: {
        ...inputs,
        policies: ids(policies.map((policy) => [policy.name, policy])),
        scorers: ids([...Object.entries(rewards), ...Object.entries(asked.judges)]),
      },
    };
    const before = await finishedComparison(out, record, values);
    if (before && !before.verdicts.some(({ winner }) => winner === "invalid")) {
      context.print(showComparison(before.table));
      return { out, ...before.table };
    }
    using _lock = await lockComparison(out);

    const names = [...policies.map(({ name }) => name), ...n === undefined ? [] : [nameOfBest(n)]];
    const pairs = policyPairs(names, values.pairs);
    if (values.gpt.length > 0) {
      const most = (2 * pairs.length * prompts.length).toLocaleString("en"); // equal responses are no question
      context.note(`Up to ${most} requests to each judge, as far as their answers are not known yet`);
    }
    const compare = async (): Promise<Found> => {
      using bar = context.bar(); // one for all: whoever looks on sees an end
      const drawn = before ? 0 : workOf(prompts.length, policies, Object.keys(rewards).length, n);
      const tally = tallyOn(bar, drawn + Object.keys(asked.judges).length * pairs.length * prompts.length);
      const draw = async () => {
        const settings = { ...values, room };
        const sampled = await drawResponses(device, policies, prompts, asked, settings, tally, context.signal);
        const { drawn, scores } = await scoreDrawn(sampled, rewards, n, tally, context.signal);
        return responseRows(drawn, scores);
      };
      const responses = before?.responses ?? await draw();
      const said = await judgeResponses(asked.judges, responses, pairs, values.concurrency, tally, context.signal);
      const verdicts = [...scoreVerdicts(responses, pairs), ...said];
      return { responses, verdicts, table: comparisonTable(responses, verdicts, values.seed) };
    };
    const found = await compare();
    context.signal.throwIfAborted();
    await writeComparison(out, record, found);
    context.print(showComparison(found.table) + showSpent(asked.spent()));
    for (const line of showInvalid(found.verdicts)) context.note(line);
    return { out, ...found.table, ...asked.needed && { spent: asked.spent() } };
  },
});
