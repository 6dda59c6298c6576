/** Who is who in a report: the arms of the comparison, their colours, their episodes beside the baselines. */
import { aggregate, type BaselineTable, type RewardedEpisode } from "@tare/contrastive";
import type { Markup } from "@tare/eval/report";
import type { Comparison } from "./sources/comparison.ts";
import type { Baselines, Sources } from "./sources/find.ts";
import type { LoggedEpisode, PpoRun } from "./sources/ppo_run.ts";

/** A part of the page. */
export interface Section {
  /** Its heading. */
  readonly title: string;
  /** What stands below; a sentence where there is nothing to show. */
  readonly body: readonly Markup[];
}

/** What sections are made of. */
export interface View extends Sources {
  /** The run with contrastive rewards. */
  readonly contrastive?: PpoRun;
  /** The run without. */
  readonly plain?: PpoRun;
  /** The comparison that is told in words. */
  readonly comparison?: Comparison;
  /** A class of the style sheet for a policy: everywhere the same. */
  readonly style: (name: string) => string;
}

/** Classes of the style sheet that have a colour and a dash of their own. */
const styles = 6;

/** Says who is who. */
export function viewOf(sources: Sources): View {
  const { runs, comparisons } = sources;
  const contrastive = runs.find((run) => run.contrastive);
  const plain = runs.find((run) => !run.contrastive);
  const [comparison] = comparisons;
  const reference = comparison?.reference;
  const names = [
    ...[contrastive, plain, ...runs].flatMap((run) => run ? [run.name] : []),
    ...comparisons.flatMap(({ policies }) => policies.map(({ name }) => name)),
  ];
  const coloured = [...new Set(names)].filter((name) => name !== reference);
  return {
    ...sources,
    ...{ contrastive, plain, comparison },
    style: (name) => name === reference ? "c0" : `c${coloured.indexOf(name) % styles + 1}`,
  };
}

/** The baselines that a run's prompts are in. */
export function baselinesFor(run: PpoRun, baselines: readonly Baselines[]): BaselineTable | undefined {
  const prompts = new Set(run.episodes.map(({ promptId }) => promptId));
  return baselines.find(({ table }) => [...prompts].every((promptId) => table.rows.has(promptId)))?.table;
}

/** A run's episodes with what was subtracted, or would have been. */
export function rewarded(run: PpoRun, baselines: readonly Baselines[]): (LoggedEpisode & RewardedEpisode)[] {
  if (run.contrastive) return run.episodes.map((episode) => ({ ...episode, baseline: episode.raw - episode.score }));
  const table = baselinesFor(run, baselines);
  return table
    ? run.episodes.map((episode) => ({ ...episode, baseline: aggregate(table.rows.get(episode.promptId)!, "mean") }))
    : [];
}

/** Episodes of a run's last quarter: what it has learned. */
export function lastQuarter<E extends { readonly step: number }>(episodes: readonly E[]): E[] {
  const last = episodes.reduce((most, { step }) => Math.max(most, step), 0);
  return episodes.filter(({ step }) => step > 0.75 * last);
}
