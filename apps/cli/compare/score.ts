/** Scores of what was drawn, and the best of n among it. */
import type { Episode } from "@tare/sampler";
import { bestOf, nameOfBest } from "./best_of.ts";
import { type Drawn, factsOf, type Sampled } from "./sample.ts";
import type { ScoreFunction } from "./scorers.ts";
import type { Scorer } from "./table.ts";
import type { Tally } from "./tally.ts";

/** What was drawn, with the best of n as one policy more, and scores of all responses in their order. */
export interface Scored {
  /** What each policy says. */
  readonly drawn: readonly Drawn[];
  /** By scorer, a number for each response. */
  readonly scores: Readonly<Partial<Record<Scorer, readonly number[]>>>;
}

/**
 * Scores all that was drawn by all that scores.
 *
 * @param sampled What was drawn.
 * @param rewards What scores.
 * @param n Candidates of each prompt, if the best of them are to be one policy more.
 * @param tally Counts the scores.
 * @param signal Ends it.
 * @throws {RangeError} If a score is not finite.
 */
export async function scoreDrawn(
  { drawn, candidates }: Sampled,
  rewards: Readonly<Partial<Record<Scorer, ScoreFunction>>>,
  n: number | undefined,
  tally: Tally,
  signal: AbortSignal,
): Promise<Scored> {
  const scorers = Object.entries(rewards) as [Scorer, ScoreFunction][];
  const all = [...drawn];
  if (n !== undefined) {
    const chances = await scoreAll("reward", rewards.reward!, candidates, tally, signal);
    const episodes = bestOf(candidates, chances, n);
    all.push({ name: nameOfBest(n), episodes, facts: episodes.map(factsOf) });
  }
  const scores: Partial<Record<Scorer, readonly number[]>> = {};
  for (const [scorer, reward] of scorers) {
    scores[scorer] = await scoreAll(scorer, reward, all.flatMap(({ episodes }) => episodes), tally, signal);
  }
  return { drawn: all, scores };
}

/** Episodes that are scored between two looks at Ctrl-C. */
const group = 64;

async function scoreAll(
  scorer: Scorer,
  reward: ScoreFunction,
  episodes: readonly Episode[],
  tally: Tally,
  signal: AbortSignal,
): Promise<number[]> {
  const scores: number[] = [];
  while (scores.length < episodes.length) {
    signal.throwIfAborted();
    const some = episodes.slice(scores.length, scores.length + group);
    scores.push(...await reward(some));
    tally(some.length, `scores by ${scorer}`);
  }
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad < 0) return scores;
  const prompt = episodes[bad]!.promptId;
  throw new RangeError(
    `Expected finite scores by ${scorer} but found ${scores[bad]} for a response to prompt "${prompt}": look for ` +
      `damaged weights`,
  );
}
