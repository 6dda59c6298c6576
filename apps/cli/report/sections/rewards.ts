/** What the baselines take from rewards, and what that does to advantages. */
import { markup } from "@tare/eval/report";
import { type Group, histogram, momentsOf } from "../charts/histogram.ts";
import { figure } from "../format.ts";
import { rewarded, type Section, type View } from "../view.ts";
import { legend } from "./legend.ts";

/** Histograms with the baseline and without. */
export function rewardsSection({ contrastive, plain, baselines }: View): Section {
  const title = "Rewards and advantages";
  const run = [contrastive, plain].find((run) => run !== undefined && rewarded(run, baselines).length > 0);
  if (!run) {
    const why = "It takes a PPO run with contrastive rewards, or one without and the baselines of its prompts.";
    return { title, body: [markup`<p class="missing">${why}</p>`] };
  }
  const episodes = rewarded(run, baselines);
  const without: Group = { name: "without", style: "without", values: episodes.map(({ raw }) => raw) };
  const with_: Group = { name: "with", style: "with", values: episodes.map(({ raw, baseline }) => raw - baseline) };
  const arms: Group[] = [
    ...plain ? [{ ...without, values: plain.episodes.map(({ advantage }) => advantage) }] : [],
    ...contrastive ? [{ ...with_, values: contrastive.episodes.map(({ advantage }) => advantage) }] : [],
  ].map((group) => ({ ...group, values: group.values.filter(Number.isFinite) })).filter(({ values }) =>
    values.length > 1
  );
  const deviations = (groups: readonly Group[]) =>
    `standard deviation ${
      groups.map(({ name, values }) => `${figure(momentsOf(values).deviation)} ${name}`).join(", ")
    }`;
  return {
    title,
    body: [
      legend([["without the baseline", "without"], ["with it", "with"]]),
      markup`<p>How many of the responses, as a share, got which reward or advantage. Upright lines: means.</p>`,
      markup`<div class="charts">${
        histogram({
          ...{
            title: "Reward",
            note: `r and r − b(x) of the same responses (${run.name}); ${deviations([without, with_])}`,
          },
          x: "reward",
        }, [without, with_])
      }${
        arms.length > 0
          ? histogram({
            ...{ title: "Advantage", note: `before whitening, each arm’s own responses; ${deviations(arms)}` },
            x: "advantage, mean of a response’s tokens",
          }, arms)
          : ""
      }</div>`,
    ],
  };
}
