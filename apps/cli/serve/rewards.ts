/** What the server scores with: a reward model, baselines of it, and the policy that they were drawn from. */
import { type Baseline, type BaselineTable, contrast } from "@tare/contrastive";
import type { AppOptions, Missing, Score } from "@tare/server";
import { readBaselines } from "../baselines_file.ts";
import type { Context } from "../command.ts";
import { UsageError } from "../flags.ts";
import { openLocalSample } from "./local_sample.ts";
import { openLocalScore } from "./local_score.ts";
import { remoteScore } from "./remote_score.ts";
import type { ScoreValues } from "./score_worker.ts";

/** Flags that say which, beside those of the reward model. */
export const contrastFlags = {
  baselines: { type: "text", value: "FILE", help: "what tare sample wrote with this reward model" },
  baseline: {
    type: "text",
    choices: ["mean", "median", "max", "min", "dataset", "greedy"],
    help: "what is subtracted from a reward (mean)",
  },
  missing: {
    type: "text",
    choices: ["refuse", "sample", "raw"],
    help: "of a prompt without baseline: refuse it, sample its responses by --policy, or leave rewards raw (refuse)",
  },
  policy: { type: "text", value: "DIR|ID", help: "the policy that the baselines were drawn from" },
  batch: { type: "integer", min: 1, default: 64, help: "most responses that are scored together" },
  "micro-tokens": { type: "integer", min: 1, default: 2048, help: "most tokens of a pass of the reward model" },
} as const;

/** What they say. */
export interface ServedRewardValues extends ScoreValues {
  /** A file of baselines. */
  readonly baselines?: string;
  /** Which number of a row is subtracted. */
  readonly baseline?: Baseline;
  /** What is done about a prompt without a baseline. */
  readonly missing?: Missing;
  /** Draws them. */
  readonly policy?: string;
  /** Most responses that are scored together. */
  readonly batch?: number;
}

/** What the app is given of it. */
type ServedRewards = Pick<AppOptions, "score" | "baselines" | "baseline" | "missing" | "sample">;

/** Pairs of flags of which the first needs the second. */
const needs: readonly (readonly [flag: keyof ServedRewardValues, other: keyof ServedRewardValues, why: string])[] = [
  ["baseline", "baselines", "the file that tare sample wrote"],
  ["policy", "baselines", "it draws what the file lacks"],
];

/**
 * Refuses flags that make no sense together, before anything is opened.
 *
 * @throws {UsageError} If there are such.
 */
export function checkRewards(values: ServedRewardValues): void {
  const { reward, "reward-url": url, missing, baselines, policy } = values;
  if (reward !== undefined && url !== undefined) {
    throw new UsageError("Expected --reward or --reward-url but found both: one of them scores");
  }
  if (reward === undefined && url === undefined) {
    const alone = (["reward-kind", "reward-name", "baselines", "missing"] as const).find((name) =>
      values[name] !== undefined
    );
    if (alone) throw new UsageError(`Expected --reward or --reward-url beside --${alone}: what scores`);
  } else if (baselines === undefined && missing !== "raw") {
    throw new UsageError(
      "Expected --baselines with what tare sample wrote for this reward model, or --missing raw, but found neither",
    );
  }
  for (const [flag, other, why] of needs) {
    if (values[flag] === undefined || values[other] !== undefined) continue;
    throw new UsageError(`Expected --${other} beside --${flag}: ${why}`);
  }
  if ((missing === "sample") === (policy !== undefined)) return;
  throw new UsageError("Expected --missing sample and --policy together: what is drawn, and from what");
}

/**
 * Opens what the flags name; models go to threads of their own.
 *
 * @param values The flags.
 * @param stack Ends the threads.
 * @param context For remarks, and to break off.
 * @returns Nothing of it where nothing scores.
 * @throws {RangeError} If the baselines are of another reward model, or lack what is subtracted.
 */
export async function openRewards(
  values: ServedRewardValues,
  stack: DisposableStack,
  context: Context,
): Promise<ServedRewards> {
  const { reward, "reward-url": url, baselines: file, baseline, missing, policy } = values;
  if (reward === undefined && url === undefined) return {};
  const table = file === undefined ? undefined : (await readBaselines(file, context)).table;
  const score = url === undefined ? stack.use(await openLocalScore(values, context)) : remoteScore(url, values);
  if (table) contrast(unread(score), table, { baseline }); // refuses now what it would refuse of the first request
  const sample = policy === undefined
    ? undefined
    : stack.use(await openLocalSample({ ...values, policy, made: madeOf(table!) }, context));
  return { score: Object.assign(score, { mostRows: values.batch }), baselines: table, baseline, missing, sample };
}

const unread = ({ id }: Score) => Object.assign(() => Promise.resolve(new Float32Array()), { id });

function madeOf(
  { policy, template, sampling }: BaselineTable,
): Pick<BaselineTable, "policy" | "template" | "sampling"> {
  return { policy, template, sampling };
}
