/** The folder of a PPO run. */
import { z } from "zod";
import { isFolder, openFile } from "../../files.ts";
import { readRecord, type RunRecord } from "../../run_record.ts";
import { fieldsOf, number, readRecords } from "./records.ts";

/** Numbers of an iteration by name, and its number as `step`. */
export type Metrics = Readonly<Record<string, number>> & { readonly step: number };

/** An episode as the run logged it. */
export interface LoggedEpisode {
  /** The iteration, from 1. */
  readonly step: number;
  /** The prompt's. */
  readonly promptId: string;
  /** The rendered prompt; of the first and last iteration only. */
  readonly prompt?: string;
  /** The response; of the first and last iteration only. */
  readonly response?: string;
  /** What the reward function said: with contrastive rewards less the baseline. */
  readonly score: number;
  /** What the reward model said. */
  readonly raw: number;
  /** Mean of its tokens' advantages before they are whitened. */
  readonly advantage: number;
  /** What it is worth in truth, where that is known. */
  readonly gold?: number;
}

/** A run of PPO. */
export interface PpoRun {
  /** Its folder's name. */
  readonly name: string;
  /** Whether its rewards were contrastive. */
  readonly contrastive: boolean;
  /** What it used. */
  readonly record?: RunRecord;
  /** Its iterations. */
  readonly metrics: readonly Metrics[];
  /** Its episodes. */
  readonly episodes: readonly LoggedEpisode[];
}

const parseMetrics = fieldsOf<Metrics>(z.object({ step: z.number() }).catchall(number) as z.ZodType<Metrics>);
const parseEpisode = fieldsOf(z.object({
  ...{ step: z.number(), promptId: z.string(), prompt: z.string(), response: z.string() },
  ...{ score: z.number(), raw: z.number(), advantage: number, gold: number.optional() },
}));

/** Whether a folder is one. */
export async function isPpoRun(path: string): Promise<boolean> {
  if (!await isFolder(path) || !await openFile(`${path}/metrics.jsonl`)) return false;
  return await openFile(`${path}/episodes.jsonl`) !== undefined || (await readRecord(path))?.command === "ppo";
}

/** Reads one, finished or under way. */
export async function readPpoRun(path: string, name: string): Promise<PpoRun> {
  const record = await readRecord(path);
  const metrics = await readRecords(`${path}/metrics.jsonl`, parseMetrics);
  const [first, last] = [metrics[0]?.step, metrics.at(-1)?.step];
  const episodes = await openFile(`${path}/episodes.jsonl`)
    ? await readRecords(`${path}/episodes.jsonl`, (value, where): LoggedEpisode => {
      const { prompt, response, ...episode } = parseEpisode(value, where);
      return episode.step === first || episode.step === last ? { ...episode, prompt, response } : episode;
    })
    : [];
  return { name, contrastive: isContrastive(record, metrics, episodes), record, metrics, episodes };
}

/** What was subtracted decides; a run without episodes says so in its metrics. */
function isContrastive(
  record: RunRecord | undefined,
  metrics: readonly Metrics[],
  episodes: readonly LoggedEpisode[],
): boolean {
  if (record?.settings.baseline === "none") return false;
  if (episodes.length > 0) return episodes.some(({ raw, score }) => Math.abs(raw - score) > 1e-6);
  return metrics.some((line) => Math.abs(line["contrastive/baseline_mean"] ?? 0) > 1e-6);
}
