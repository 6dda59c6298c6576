/** The paper's five claims, each as a number that could have come out the other way. */
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { type Effect, effect, pairsOf, type Where } from "../analysis/compare.ts";
import { effectText, markdownTable } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { labelNames, primaryWorlds } from "../analysis/worlds.ts";
import type { Labels } from "../cell.ts";
import { armOf, last } from "../analysis/compare.ts";

/**
 * Claim 1, penalises uncertainty: the slope of r − b on gold less its own b, where families' labels flip often less where they
 * flip seldom. b is the mean of the prompt's other responses, so that nothing stands on both sides.
 */
export function uncertaintyEffect(runs: readonly Run[], where: Where): Effect | undefined {
  const starts = [...armOf(runs, where, "start").values()];
  return effect(starts.map(({ offline }) => {
    const rates = offline!.flipRates;
    const middle = [...rates].sort((a, b) => a - b)[rates.length >> 1]!;
    const slope = (often: boolean) => {
      const chosen = rates.map((rate, i) => [rate, i] as const).filter(([rate]) => (rate >= middle) === often);
      const samples = chosen.flatMap(([, i]) => leaveOneOut(offline!.rewards[i]!, offline!.golds[i]!));
      return samples.reduce((sum, [r, g]) => sum + r * g, 0) / samples.reduce((sum, [, g]) => sum + g * g, 0);
    };
    const scale = slope(true) + slope(false);
    return [2 * slope(true) / scale, 2 * slope(false) / scale];
  }));
}

function leaveOneOut(rewards: readonly number[], golds: readonly number[]): [number, number][] {
  const above = (values: readonly number[]) => {
    const center = mean(values);
    return values.map((value) => (value - center) * values.length / (values.length - 1));
  };
  const g = above(golds);
  return above(rewards).map((r, i) => [r, g[i]!]);
}

/** Claim 2, robustness: slope of held-out gold at the end on label noise, contrastive less PPO. */
export function robustnessEffect(runs: readonly Run[], labels: Labels): Effect | undefined {
  const noises = [0, 0.2, 0.4];
  const slopes = [100, 101, 102, 103, 104].flatMap((seed): [number, number][] => {
    const slope = (arm: string) => {
      const golds = noises.map((noise) => armOf(runs, { labels, noise }, arm).get(seed)).map((run) =>
        run && last(run).gold
      );
      return golds.every((gold) => gold !== undefined) ? (golds[2]! - golds[0]!) / 0.4 : undefined;
    };
    const [contrastive, ppo] = [slope("contrastive"), slope("ppo")];
    return contrastive === undefined || ppo === undefined ? [] : [[contrastive, ppo]];
  });
  return effect(slopes);
}

/**
 * Claim 3, improvement: share of practice prompts whose response scores above b(x), contrastive less PPO; `kind` ends the
 * names of both arms.
 */
export function improvementEffect(runs: readonly Run[], where: Where, kind = ""): Effect | undefined {
  const starts = armOf(runs, where, "start");
  return effect(
    pairsOf(runs, where, `contrastive${kind}`, `ppo${kind}`).filter(([{ seed }]) => starts.has(seed)).map(([a, b]) => {
      const baselines = starts.get(a.seed)!.offline!.rewards.map(mean);
      const share = ({ practice }: Run) => mean(practice!.raw.map((reward, i) => Number(reward > baselines[i]!)));
      return [share(a), share(b)];
    }),
  );
}

/**
 * Claim 4, calibrates to difficulty: gain in gold on the hardest quarter of the prompts less that on the easiest, contrastive
 * less PPO. Two offline responses say how hard a prompt is, the others what the gain is measured from.
 */
export function difficultyEffect(runs: readonly Run[], where: Where, kind = ""): Effect | undefined {
  const starts = armOf(runs, where, "start");
  return effect(
    pairsOf(runs, where, `contrastive${kind}`, `ppo${kind}`).filter(([{ seed }]) => starts.has(seed)).map(([a, b]) => {
      const golds = starts.get(a.seed)!.offline!.golds;
      const order = golds.map((own, i) => [mean(own.slice(0, 2)), i] as const).sort(([x, i], [y, j]) => x - y || i - j);
      const quarter = order.length >> 2;
      const gain = ({ practice }: Run, part: typeof order) =>
        mean(part.map(([, i]) => practice!.gold[i]! - mean(golds[i]!.slice(2))));
      const tilt = (run: Run) => gain(run, order.slice(0, quarter)) - gain(run, order.slice(-quarter));
      return [tilt(a), tilt(b)];
    }),
  );
}

/** Claims 1 to 4, the last two also where both arms are held to one KL; claim 5 has a table of its own. */
export function claimTable(runs: readonly Run[]): string {
  const rows = primaryWorlds.map((where) => [
    labelNames[where.labels],
    effectText(uncertaintyEffect(runs, where), 2),
    effectText(robustnessEffect(runs, where.labels), 2),
    ...["", "-held"].map((kind) => effectText(improvementEffect(runs, where, kind))),
    ...["", "-held"].map((kind) => effectText(difficultyEffect(runs, where, kind))),
  ]);
  const head = [
    "1: slope, noisy − clean",
    "2: gold per noise",
    "3: share above b(x)",
    "3, held",
    "4: hard − easy",
    "4, held",
  ];
  return markdownTable(["reward model", ...head], rows);
}
