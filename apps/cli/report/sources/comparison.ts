/** The folder of a comparison: what `tare eval compare` wrote. */
import type { Estimate } from "@tare/contrastive";
import { z } from "zod";
import { openFile } from "../../files.ts";
import { fieldsOf, number, readJson, readRecords } from "./records.ts";

/** By what policies are compared. */
export type Measure = "gold" | "judge" | "reward";

/** All of them, the most trustworthy first. */
export const measures: readonly Measure[] = ["gold", "judge", "reward"];

/** One policy's row. */
export interface ComparedPolicy extends Readonly<Partial<Record<Measure, Estimate>>> {
  /** Its name. */
  readonly name: string;
  /** Mean tokens of a response, if they are known. */
  readonly length?: number;
  /** Share of responses that ended by themselves, if that is known. */
  readonly eosRate?: number;
  /** Divergence from the first policy, in nats a response. */
  readonly kl?: number;
}

/** Two policies on the same prompts. */
export interface ComparedPair {
  /** One policy. */
  readonly a: string;
  /** The other. */
  readonly b: string;
  /** By what: a measure, or the name of a judge that was asked. */
  readonly by: string;
  /** Prompts that the first one won. */
  readonly win: number;
  /** Ties. */
  readonly tie: number;
  /** Prompts that it lost. */
  readonly lose: number;
  /** Prompts without a decision. */
  readonly invalid?: number;
  /** Share won, a tie counting half. */
  readonly rate: Estimate;
  /** Mean of the first one's score less the other's, prompt by prompt. */
  readonly difference?: Estimate;
}

/** A policy's response to a held-out prompt, and what was said of it. */
export interface Response extends Readonly<Partial<Record<Measure, number>>> {
  /** Whose it is. */
  readonly policy: string;
  /** The prompt's. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** The response. */
  readonly response: string;
}

/** A comparison. */
export interface Comparison {
  /** Its folder's name. */
  readonly name: string;
  /** The policy that the others are compared with. */
  readonly reference: string;
  /** The policies. */
  readonly policies: readonly ComparedPolicy[];
  /** The pairs. */
  readonly pairs: readonly ComparedPair[];
  /** How many prompts. */
  readonly prompts: number;
  /** Key of the random numbers. */
  readonly seed: number;
  /** What its intervals do not hold. */
  readonly note: string;
  /** All responses. */
  readonly responses: readonly Response[];
}

const interval = z.object({ mean: number, low: number, high: number })
  .transform(({ mean, low, high }): Estimate => ({ value: mean, low, high }));
const name = z.string();
const parseTable = fieldsOf(z.object({
  ...{ reference: name, prompts: z.number(), seed: z.number(), note: z.string() },
  policies: z.array(z.object({
    ...{ name, length: number.optional(), eosRate: number.optional(), kl: number.optional() },
    ...{ gold: interval.optional(), judge: interval.optional(), reward: interval.optional() },
  })),
  pairs: z.array(z.object({
    ...{ a: name, b: name, by: name, rate: interval, difference: interval.optional() },
    ...{ win: z.number(), tie: z.number(), lose: z.number(), invalid: z.number().optional() },
  })),
}));
const parseResponse = fieldsOf(z.object({
  ...{ policy: name, promptId: name, prompt: z.string(), response: z.string() },
  ...{ gold: number.optional(), judge: number.optional(), reward: number.optional() },
}));

/** Reads one. */
export async function readComparison(path: string, name: string): Promise<Comparison> {
  const table = await readJson(`${path}/table.json`, parseTable);
  const responses = `${path}/responses.jsonl`;
  return { name, ...table, responses: await openFile(responses) ? await readRecords(responses, parseResponse) : [] };
}
