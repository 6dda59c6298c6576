/** Rewards from servers that speak OpenRLHF's protocol for remote reward models. */
import { z } from "zod";
import type { Reward } from "../episode.ts";
import { badAnswer, remoteReward, type RemoteRewardOptions } from "./remote.ts";

const answerSchema = z.object({
  rewards: z.union([z.array(z.number()), z.number().transform((reward) => [reward])], "expected a list of numbers"),
});

/**
 * Scores by a server of OpenRLHF's protocol: `{ query, prompts, labels }` goes out, `{ rewards }` comes back. The server encodes
 * a query as it stands, special tokens included: let `text` bring those that its model learned.
 *
 * @param options The server.
 * @returns The reward.
 * @throws {TypeError} If `url` is no address.
 * @throws {RangeError} If a number is out of its range.
 *
 * @example With a stand-in for the server
 * ```ts
 * import { openrlhfReward } from "@tare/sampler/rewards";
 * import { assertEquals } from "@std/assert";
 *
 * const fetch = () => Promise.resolve(Response.json({ rewards: [0.75] }));
 * const reward = openrlhfReward({ url: "http://127.0.0.1:5000/get_reward", fetch });
 * const none = { promptTokens: new Uint32Array(), tokens: new Uint32Array(), logProbs: new Float32Array() };
 * const scores = await reward([{ promptId: "a", prompt: "Is it?", response: " Yes.", finish: "eos", ...none }]);
 * assertEquals(scores, Float32Array.of(0.75));
 * assertEquals(reward.id, "http://127.0.0.1:5000/get_reward");
 * ```
 */
export function openrlhfReward(options: RemoteRewardOptions): Reward {
  return remoteReward(options, {
    ...{ of: "openrlhfReward", example: "http://127.0.0.1:5000/get_reward" },
    bodyOf: (episodes, texts) => ({
      query: texts,
      prompts: episodes.map(({ prompt }) => prompt),
      labels: texts.map(() => ""),
    }),
    read(answer, count) {
      const { success, data, error } = answerSchema.safeParse(answer);
      if (!success) throw badAnswer("list of rewards", error.issues[0]!);
      if (data.rewards.length === count) return data.rewards;
      throw new TypeError(`it was asked for ${count} rewards but answered ${data.rewards.length}`);
    },
  });
}
