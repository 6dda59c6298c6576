/** Claim 5: variance of the reward and of the policy's gradient. */
import { effect, pairsOf, type Where } from "../analysis/compare.ts";
import { fixed, markdownTable } from "../analysis/markdown.ts";
import type { Run, Variances } from "../analysis/read.ts";
import { labelNames } from "../analysis/worlds.ts";
import type { Labels } from "../cell.ts";

/** What distances are compared, by name: the first over the second. */
const ratios: readonly (readonly [name: string, over: (ppo: Variances, own: Variances) => [number, number]])[] = [
  ["r − b over r, each less its mean", (ppo) => [trace(ppo.contrastiveCentred!), trace(ppo.plainCentred!)]],
  ["r − b over r, as they are", (ppo) => [trace(ppo.contrastive!), trace(ppo.plain!)]],
  ["contrastive over PPO, own critics and samples", (ppo, own) => [trace(own.withCritic), trace(ppo.withCritic)]],
];

/** tr Cov of the gradient as a ratio, geometric mean over seeds with a t interval of its logarithm. */
export function varianceTable(runs: readonly Run[]): string {
  const rows = (Object.keys(labelNames) as Labels[]).flatMap((labels) =>
    ratios.map(([name, over]) => [
      `${labelNames[labels]}: ${name}`,
      ...[5, 20, 40].map((iteration) =>
        ratioText(
          variancePairs(runs, { labels, noise: 0.2 }, iteration).map(
            ([ppo, contrastive]) => over(ppo, contrastive),
          ),
        )
      ),
    ])
  );
  return markdownTable(["tr Cov(gradient)", "iteration 5", "iteration 20", "iteration 40"], rows);
}

/** The measurements of both arms after an iteration, for each seed that has them. */
export function variancePairs(runs: readonly Run[], where: Where, iteration: number): [Variances, Variances][] {
  const of = (run: Run) => run.variances?.find((measured) => measured.iteration === iteration);
  return pairsOf(runs, where, "ppo", "contrastive").flatMap(([a, b]): [Variances, Variances][] => {
    const [ppo, contrastive] = [of(a), of(b)];
    return ppo && contrastive ? [[ppo, contrastive]] : [];
  });
}

/** Trace of the covariance, from squared distances of parts from their mean. */
export function trace(distances: readonly number[]): number {
  return distances.reduce((a, b) => a + b, 0) / (distances.length - 1);
}

/** Geometric mean of ratios with its interval: "0.41 (0.35–0.48)". */
export function ratioText(pairs: readonly (readonly [number, number])[]): string {
  const found = effect(pairs.map(([a, b]) => [Math.log(a), Math.log(b)]));
  if (!found) return "";
  return `${fixed(Math.exp(found.mean), 2)} (${fixed(Math.exp(found.low), 2)}–${fixed(Math.exp(found.high), 2)})`;
}
