/** Rewards from vLLM. */
import { z } from "zod";
import type { Reward } from "../episode.ts";
import { badAnswer, remoteReward, type RemoteRewardOptions } from "./remote.ts";

const answerSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0), probs: z.array(z.number()).min(1) })),
});

/**
 * Scores by a reward model behind vLLM's `POST /classify`: the model's last output, without an activation.
 *
 * The server adds the tokens that its model begins a text with: `text` must not bring them.
 *
 * @param options The server.
 * @returns The reward.
 * @throws {TypeError} If `url` is no address.
 * @throws {RangeError} If a number is out of its range.
 *
 * @example With a stand-in for the server
 * ```ts
 * import { classifyReward } from "@tare/sampler/rewards";
 * import { assertEquals } from "@std/assert";
 *
 * const fetch = () => Promise.resolve(Response.json({ data: [{ index: 0, probs: [2.5] }] }));
 * const reward = classifyReward({ url: "http://127.0.0.1:8000/classify", model: "rm", fetch });
 * const none = { promptTokens: new Uint32Array(), tokens: new Uint32Array(), logProbs: new Float32Array() };
 * const scores = await reward([{ promptId: "a", prompt: "Is it?", response: " Yes.", finish: "eos", ...none }]);
 * assertEquals(scores, Float32Array.of(2.5));
 * assertEquals(reward.id, "rm@http://127.0.0.1:8000/classify");
 * ```
 */
export function classifyReward(options: RemoteRewardOptions): Reward {
  return remoteReward(options, {
    ...{ of: "classifyReward", example: "http://127.0.0.1:8000/classify" },
    // Raw scores. Older servers know the second name only; each drops the one that it does not know.
    bodyOf: (_episodes, texts) => ({ input: texts, use_activation: false, activation: false }),
    read(answer, count) {
      const { success, data, error } = answerSchema.safeParse(answer);
      if (!success) throw badAnswer("classification", error.issues[0]!);
      const found = data.data.toSorted((a, b) => a.index - b.index);
      if (found.length !== count || found.some(({ index }, i) => index !== i)) {
        const indices = found.length > 0 && found.length < 20 ? `, of index ${found.map(({ index }) => index)}` : "";
        throw new TypeError(`it was asked for ${count} scores but answered ${found.length}${indices}`);
      }
      return found.map(({ probs }) => probs.at(-1)!);
    },
  });
}
