/** Flags of every command that trains, and the settings that its run remembers. */
import type { ModelConfig } from "@tare/core";
import type { TrainingConfig } from "@tare/finetune";
import { publicPlace } from "./address.ts";
import { camelCase } from "./config_file.ts";
import type { CommonValues } from "./command.ts";
import { UsageError, type Values } from "./flags.ts";

/** What is trained on what, and how. Where a default depends on the rest, the table has none. */
export const trainingFlags = {
  data: {
    type: "text",
    value: "FILE|ID",
    help: "rows to learn from: JSONL (.gz), Parquet, a data set of the hub; - reads stdin",
  },
  model: {
    type: "text",
    value: "DIR|ID",
    help: "checkpoint to begin with: a folder, a run, or a repository of the hub",
  },
  size: {
    type: "text",
    choices: ["gpt-5m", "d64", "d96", "d128"],
    help: "begin with random weights of this size instead",
  },
  tokenizer: { type: "text", value: "DIR", help: "with --size: folder with tokenizer.json" },
  out: { type: "text", value: "DIR", help: "folder of the run: checkpoints, metrics, and the model at the end" },
  context: {
    type: "integer",
    min: 2,
    help: "most tokens of an example; too long: its oldest turns go (512, or what the model has)",
  },
  "held-out": { type: "number", min: 0, max: 0.9, default: 0.1, help: "share of the prompts to evaluate on" },
  batch: { type: "integer", min: 1, default: 32, help: "examples of an update" },
  epochs: { type: "number", min: 0, default: 1, help: "how often each example is seen" },
  steps: { type: "integer", min: 1, help: "updates, instead of --epochs" },
  "micro-tokens": {
    type: "integer",
    min: 1,
    default: 2048,
    help: "most tokens of a forward pass; more take more memory",
  },
  "learning-rate": { type: "number", min: 0, help: "the highest (1e-3 with --size, else 1e-4; dpo 1e-5)" },
  warmup: { type: "number", min: 0, max: 1, default: 0.05, help: "share of the updates in which it rises" },
  decay: { type: "text", choices: ["cosine", "linear", "constant"], default: "cosine", help: "how it falls" },
  floor: { type: "number", min: 0, max: 1, default: 0.1, help: "share of the highest that it falls to" },
  "max-norm": { type: "number", min: 0, default: 1, help: "longer gradients are cut to this length" },
  "weight-decay": { type: "number", min: 0, default: 0, help: "share of the learning rate by which weights shrink" },
  "lora-rank": { type: "integer", min: 1, help: "train an adapter of this rank instead of all weights" },
  "lora-alpha": { type: "number", min: 0, help: "strength of the adapter (twice the rank)" },
  "eval-every": { type: "integer", min: 1, help: "updates between evaluations (a tenth of the run)" },
  "save-every": { type: "integer", min: 1, help: "updates between checkpoints (a tenth of the run)" },
  keep: {
    type: "text",
    choices: ["best", "last"],
    default: "best",
    help: "the model at the end: lowest held-out loss, or last",
  },
  seed: {
    type: "integer",
    min: 0,
    max: 4294967295,
    default: 0,
    help: "decides random weights and the order of examples",
  },
  recompute: { type: "switch", help: "compute activations again in the backward pass: less memory, more time" },
  "skip-bad": { type: "switch", help: "leave malformed rows out and count them" },
  resume: { type: "switch", help: "go on with the run in --out from its latest checkpoint" },
  force: { type: "switch", help: "replace the run in --out" },
  config: { type: "text", value: "FILE", help: "JSON with settings, keys as flags in camelCase; flags override it" },
  cache: { type: "text", value: "DIR", help: "where files of the hub are kept (by default ~/.cache/tare)" },
  revision: { type: "text", default: "main", help: "branch, tag or commit of the hub's repository of the model" },
} as const;

/** What they say. */
export type TrainingValues = Values<typeof trainingFlags> & CommonValues;

/** Flags that change nothing of what comes out: where it goes, on what it runs, what may be spent at a time. */
const elsewhere: readonly string[] = [
  ...["out", "resume", "force", "config", "cache", "device", "threads", "json", "trace", "help"],
  ...["calls", "per-minute", "max-requests", "max-cost"],
];

/** Whether a flag changes what comes out. */
export function decides(flag: string): boolean {
  return !elsewhere.includes(flag);
}

/**
 * The settings of a run as `run.json` has them, by the keys of a config file: addresses without the keys that may be in
 * them, and no limit that is none, for which JSON has no number.
 */
export function settingsOf(values: object): Record<string, unknown> {
  const entries = Object.entries(values).filter(([name, value]) =>
    decides(name) && value !== undefined && value !== Infinity
  );
  const open = (value: unknown) => typeof value === "string" ? publicPlace(value) : value;
  return Object.fromEntries(
    entries.map(([name, value]) => [camelCase(name), Array.isArray(value) ? value.map(open) : open(value)]),
  );
}

/** The trainer's settings among the flags; what was not given is absent. */
export function configOf(values: TrainingValues): Partial<TrainingConfig> {
  const { batch, epochs, steps, warmup, decay, floor, seed, recompute, size } = values;
  const config: Partial<TrainingConfig> = {
    ...{ batch, epochs, steps, warmup, decay, floor, seed, recompute, microTokens: values["micro-tokens"] },
    ...{ maxNorm: values["max-norm"], weightDecay: values["weight-decay"], evalEvery: values["eval-every"] },
    learningRate: values["learning-rate"] ?? (size === undefined ? undefined : 1e-3), // random weights bear more
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** Most tokens of an example: what was asked for, or 512 where the model has as many. */
export function contextOf({ context }: TrainingValues, name: string, { positions }: ModelConfig): number {
  if (context === undefined || context <= positions) return context ?? Math.min(512, positions);
  throw new UsageError(`Expected --context of at most ${positions}, the positions of ${name}, but found ${context}`);
}
