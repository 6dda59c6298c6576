/** Scores of a reward model behind another server, which gets texts as they were sent. */
import type { Score, ScoreRow } from "@tare/server";
import type { Episode } from "@tare/sampler";
import { remoteReward } from "../remote_reward.ts";
import type { RewardValues } from "../reward_model.ts";
import { textEpisode } from "./text_episode.ts";

/**
 * Connects to the server that `--reward-url` names; nothing is asked yet.
 *
 * @param values The flags; `batch` is how many texts go into a request.
 * @throws {UsageError} If it is no address, or nobody says what it speaks.
 */
export function remoteScore(url: string, values: RewardValues & { readonly batch?: number }): Score {
  const connect = remoteReward(url, values);
  const text = (episode: Episode) => (episode as Episode & ScoreRow).text;
  return Object.assign(
    (rows: readonly ScoreRow[], signal?: AbortSignal) =>
      connect({ signal, text, batch: values.batch })(rows.map(textEpisode)),
    { id: connect({}).id, concurrency: 4 }, // a server that batches gains from having more at once
  );
}
