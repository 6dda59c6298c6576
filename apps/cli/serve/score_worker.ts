/** A reward model in a thread of its own. */
import { openDevice } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import type { Specials } from "@tare/server";
import { findReward, type RewardValues } from "../reward_model.ts";
import { answerCalls, type Answerer } from "./answer_calls.ts";
import { textEpisode, type TextToScore } from "./text_episode.ts";

/** Flags that say what scores, and where. */
export interface ScoreValues extends RewardValues {
  /** Which device to open. */
  readonly device?: "auto" | "webgpu" | "cpu";
  /** Threads of a CPU device. */
  readonly threads?: number;
}

/** What there is to know of a reward model. */
export interface ScoreFacts {
  /** Its fingerprint: the `rewardModel` of the baselines that go with it. */
  readonly id: string;
  /** Texts of its tokenizer's special tokens. */
  readonly specials: Specials;
}

answerCalls(
  async (values: ScoreValues, context): Promise<Answerer<ScoreFacts, readonly TextToScore[], Float32Array>> => {
    const found = await findReward(values, context);
    const device = await openDevice(values);
    device.scope(); // of the weights: it lasts as long as the thread
    const { reward, tokenizer } = await found.open(device);
    const answer = (rows: readonly TextToScore[]) => reward(rows.map(textEpisode));
    await answer([{ promptId: "", prompt: "a", response: "a" }]); // or the first call would wait for kernels
    return {
      facts: { id: reward.id, specials: specialsOf(tokenizer!) },
      answer,
      moved: ({ buffer }) => [buffer as ArrayBuffer],
    };
  },
);

/** What policies put around a text, as this tokenizer writes it. */
function specialsOf({ bos, eos, pad, decode }: Tokenizer): Specials {
  const [begin, ...end] = [bos, eos, pad].map((id) => id === undefined ? "" : decode([id], { special: true }));
  return { ...begin && { begin }, end: [...new Set(end)].filter((text) => text !== "") };
}
