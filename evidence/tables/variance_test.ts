import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Run } from "../analysis/read.ts";
import { ratioText, trace, variancePairs } from "./variance.ts";

Deno.test("trace() of squared distances is that of the covariance with n − 1", () => {
  assertAlmostEquals(trace([1, 2, 3]), 3);
});

Deno.test("ratioText() is the geometric mean over seeds, and nothing of a single one", () => {
  assertEquals(ratioText([[1, 2], [2, 1], [1, 1]]).split(" ")[0], "1.00");
  assertEquals(ratioText([[1, 4], [1, 4]]), "0.25 (0.25–0.25)");
  assertEquals(ratioText([[1, 2]]), "");
});

Deno.test("variancePairs() pairs arms by seed and iteration", () => {
  const run = (seed: number, arm: string, iteration: number): Run => ({
    ...{ seed, arm, noise: 0.2, labels: "pairs", checkpoints: [], golds: [], seconds: 1 },
    variances: [{ iteration, withCritic: [seed] }],
  });
  const runs = [run(100, "ppo", 5), run(101, "ppo", 5), run(101, "contrastive", 5), run(100, "contrastive", 20)];
  const found = variancePairs(runs, { labels: "pairs", noise: 0.2 }, 5);
  assertEquals(found.map(([a, b]) => [a.withCritic[0], b.withCritic[0]]), [[101, 101]]);
});
