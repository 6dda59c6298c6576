/** Results from their files. */
import { z } from "zod";
import { type Cell, pathOf, results } from "../cell.ts";
import type { Checkpoint } from "../run/respond.ts";
import { filesUnder } from "../../tools/workspace.ts";

/** What a cell came to. */
export interface Run extends Cell {
  readonly checkpoints: readonly Checkpoint[];
  /** Gold of the last policy's responses to held-out prompts. */
  readonly golds: readonly number[];
  readonly seconds: number;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Numbers of each iteration. */
  readonly series?: Readonly<Record<string, readonly number[]>>;
  /** The last policy on the prompts that it practised on. */
  readonly practice?: { readonly raw: readonly number[]; readonly gold: readonly number[] };
  /** Responses that were drawn and scored. */
  readonly spent?: { readonly online: number; readonly offline: number };
  /** Squared distances of gradients from their mean. */
  readonly variances?: readonly Variances[];
  /** Of `start`: share of the reward's variance between prompts. */
  readonly share?: { readonly value: number; readonly low: number; readonly high: number };
  /** Of `start`: how often the reward model agrees with gold on held-out pairs. */
  readonly accuracy?: number;
  /** Of `start`: standard deviation of rewards within prompts. */
  readonly within?: number;
  /** Of `start`: gold of the best of 5. */
  readonly best?: readonly number[];
  /** Of `start`: the baselines' responses. */
  readonly offline?: Offline;
}

/** Distances of the gradients of parts of a batch from their mean. */
export interface Variances {
  readonly iteration: number;
  /** With the run's own critic. */
  readonly withCritic: readonly number[];
  /** Of PPO's cells: from r and from r − b, without a critic, as they are and less their mean. */
  readonly plain?: readonly number[];
  readonly contrastive?: readonly number[];
  readonly plainCentred?: readonly number[];
  readonly contrastiveCentred?: readonly number[];
}

/** Rewards and gold of the offline responses, a list for each prompt; and the rate at which its labels flip. */
export interface Offline {
  readonly rewards: readonly (readonly number[])[];
  readonly golds: readonly (readonly number[])[];
  readonly flipRates: readonly number[];
}

const numbers = z.array(z.number());
const point = { step: z.number(), gold: z.number(), kl: z.number(), score: z.number() };
const lists = z.array(numbers);

const schema: z.ZodType<Run> = z.object({
  ...{ seed: z.number(), noise: z.number(), arm: z.string(), golds: numbers, seconds: z.number() },
  labels: z.enum(["pairs", "family", "prompt", "memorised"]),
  checkpoints: z.array(z.object({ ...point, length: z.number(), ended: z.number() })).min(1),
  settings: z.record(z.string(), z.unknown()).optional(),
  series: z.record(z.string(), numbers).optional(),
  practice: z.object({ raw: numbers, gold: numbers }).optional(),
  spent: z.object({ online: z.number(), offline: z.number() }).optional(),
  variances: z.array(
    z.object({
      ...{ iteration: z.number(), withCritic: numbers, plain: numbers.optional(), contrastive: numbers.optional() },
      ...{ plainCentred: numbers.optional(), contrastiveCentred: numbers.optional() },
    }),
  ).optional(),
  share: z.object({ value: z.number(), low: z.number(), high: z.number() }).optional(),
  ...{ accuracy: z.number().optional(), within: z.number().optional(), best: numbers.optional() },
  offline: z.object({ rewards: lists, golds: lists, flipRates: numbers }).optional(),
});

/** Reads every result of a folder. */
export async function readResults(folder: string = "evidence/results"): Promise<Run[]> {
  return await Promise.all((await filesUnder(folder, ".json")).map(async (path) => {
    const text = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
    const read = schema.safeParse(JSON.parse(text));
    if (read.success && new URL(pathOf(read.data), results).href.endsWith(path)) return read.data;
    throw new RangeError(
      `${path}: expected a finished cell but found ${
        read.success ? "another cell's" : read.error.issues[0]?.message
      }: ` +
        "delete the file and run deno task evidence",
    );
  }));
}
