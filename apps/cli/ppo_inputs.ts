/** What a PPO run reads before any weights: policy, reward, prompts and baselines, and whether they belong together. */
import { type Baseline, type BaselineTable, checkTable, contrast } from "@tare/contrastive";
import { type BaselinesFile, readBaselines } from "./baselines_file.ts";
import type { Context } from "./command.ts";
import { checkGold } from "./compare/scorers.ts";
import { fingerprint, tokenizerFingerprint } from "./fingerprint.ts";
import { UsageError } from "./flags.ts";
import { type PromptToAnswer, readPrompts, roomForPrompts } from "./prompts.ts";
import type { PpoValues } from "./ppo_flags.ts";
import { findReward, type FoundReward, type RewardValues } from "./reward_model.ts";
import { openStart, type Start, type StartValues } from "./start.ts";

/** What was read. */
export interface PpoInputs {
  readonly start: Start;
  readonly found: FoundReward;
  readonly prompts: readonly PromptToAnswer[];
  /** To evaluate on. */
  readonly heldOut?: readonly PromptToAnswer[];
  readonly baselines?: BaselinesFile;
  /** What is subtracted. */
  readonly baseline: Baseline;
  /** What all of it was, for `run.json`. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Flags that are read for it. */
export type PpoInputValues = PpoValues & StartValues & RewardValues & { readonly "skip-bad": boolean };

/**
 * Reads what the flags name.
 *
 * @throws {UsageError} If a flag is missing, or makes no sense without another.
 * @throws {RangeError} If the baselines are of another policy, reward or template, or lack a prompt or what is subtracted; or the critic is to begin as a
 *   reward model whose ids mean something else.
 * @throws {SyntaxError} If gold is asked for where a prompt has none.
 */
export async function readPpoInputs(values: PpoInputValues, context: Context): Promise<PpoInputs> {
  const { prompts: promptFile, "eval-prompts": evalFile, baselines: file, keep } = values;
  const { baseline = file === undefined ? "none" : "mean" } = values;
  if (promptFile === undefined) throw new UsageError("Expected --prompts with a file of prompts");
  if (values.model === undefined) throw new UsageError("Expected --model with the policy to begin with");
  if (baseline !== "none" && file === undefined) {
    throw new UsageError("Expected --baselines beside --baseline: the file that tare sample wrote");
  }
  if (keep === "best" && evalFile === undefined) {
    throw new UsageError("Expected --eval-prompts beside --keep best: without them there is no best model");
  }
  for (const [wrong, words] of contradictions) if (wrong(values)) throw new UsageError(`Expected ${words}`);
  const start = await openStart(values, context);
  const found = await findReward(values, context);
  if (values.critic === "reward" && found.ids !== await tokenizerFingerprint(start.files)) {
    throw new RangeError(
      `Expected a reward model with the tokenizer of ${start.name} for --critic reward, but ${found.name} has another: the ` +
        `critic reads the policy's ids; give --critic zero`,
    );
  }
  const room = roomForPrompts(values, { [start.name]: start.config.positions, [found.name]: found.positions });
  const reading = { ...values, tokenizer: start.tokenizer, room };
  const { prompts, inputs } = await readPrompts(promptFile, reading, context);
  const heldOut = evalFile === undefined ? undefined : await readPrompts(evalFile, reading, context);
  await checkGold(values, promptFile, prompts);
  if (heldOut) await checkGold(values, evalFile!, heldOut.prompts); // else an evaluation would find out, long after
  const baselines = file === undefined ? undefined : await readBaselines(file, context);
  if (baselines) {
    const template = prompts.some(({ rendered }) => rendered) ? start.tokenizer.templateHash : "";
    const asked = prompts.map(({ id, text }) => ({ promptId: id, prompt: text }));
    await checkTable(baselines.table, { policy: await fingerprint(start.files), template, prompts: asked });
    const unread = Object.assign(() => Promise.resolve(new Float32Array()), { id: found.id });
    contrast(unread, baselines.table, { baseline }); // refuses here what it would refuse once all is loaded
    for (const line of unlike(baselines.table, values)) context.note(`${file}: ${line}`);
  }
  return {
    ...{ start, found, prompts, baselines, baseline },
    ...heldOut && { heldOut: heldOut.prompts },
    inputs: {
      ...{ ...start.inputs, reward: found.id, ...inputs, ...baselines?.inputs },
      ...heldOut && { evalPrompts: heldOut.inputs.prompts },
    },
  };
}

/** Flags that no two of make sense together, and what was expected. */
const contradictions: readonly (readonly [(values: PpoInputValues) => boolean, string])[] = [
  [
    (values) => values["running-scale"] && values["reward-scale"] !== undefined,
    "--reward-scale or --running-scale but found both",
  ],
  [
    ({ advantages, critic }) => advantages === "rloo" && critic === "reward",
    "no --critic with --advantages rloo, which have none",
  ],
  [
    (values) => values.critic === "reward" && values["reward-url"] !== undefined,
    "--critic zero with --reward-url: the reward model is not on this machine",
  ],
  [
    (values) => values["eval-every"] !== undefined && values["eval-prompts"] === undefined,
    "--eval-prompts beside --eval-every: without them nothing is evaluated",
  ],
];

/** How the rollouts will differ from the draws that baselines were made of: allowed, and worth a word. */
function unlike({ sampling }: BaselineTable, values: PpoInputValues): string[] {
  return ([["temperature", "temperature"], ["max-tokens", "maxTokens"]] as const)
    .filter(([flag, field]) => values[flag] !== sampling[field])
    .map(([flag, field]) =>
      `its responses were drawn with --${flag} ${sampling[field]}, and those of this run will be with ${
        values[flag]
      }: a ` +
      "baseline is then what other responses score"
    );
}
