/** Rewards of servers, for commands. */
import type { Tokenizer } from "@tare/data";
import type { Episode, Reward } from "@tare/sampler";
import { classifyReward, openrlhfReward, type RemoteRewardOptions } from "@tare/sampler/rewards";
import { checkAddress } from "./address.ts";
import type { Context } from "./command.ts";
import { UsageError } from "./flags.ts";
import type { FoundReward, RewardValues } from "./reward_model.ts";

/** Flags that say which server does. */
export const remoteRewardFlags = {
  "reward-url": { type: "text", value: "URL", help: "instead of --reward: the address of a server that scores" },
  "reward-kind": {
    type: "text",
    choices: ["classify", "openrlhf"],
    help: "what it speaks: classify as vLLM's /classify, openrlhf as remote reward models of OpenRLHF",
  },
  "reward-name": { type: "text", help: "the server's name of the reward model" },
} as const;

const kinds = { classify: classifyReward, openrlhf: openrlhfReward };

/**
 * Finds the server that `--reward-url` names; nothing is asked yet.
 *
 * @throws {UsageError} If nobody says what it speaks.
 */
export function findRemote(url: string, values: RewardValues, { signal }: Context): FoundReward {
  const connect = remoteReward(url, values);
  const { id } = connect({});
  const positions = Infinity;
  const textOf = (tokenizer?: Tokenizer) => tokenizer && textBy(tokenizer, values["reward-kind"]!);
  return {
    ...{ name: url, id, positions, local: false },
    open: (_device, _ids, tokenizer) =>
      Promise.resolve({ reward: connect({ signal, text: textOf(tokenizer) }), positions }),
  };
}

/**
 * Says how a server's reward is made. The key, if it wants one, is in the variable `TARE_REWARD_KEY`.
 *
 * @returns A function that makes it.
 * @throws {UsageError} If nobody says what it speaks.
 */
export function remoteReward(
  url: string,
  { "reward-kind": kind, "reward-name": model }: RewardValues,
): (options: Pick<RemoteRewardOptions, "signal" | "text" | "batch">) => Reward {
  if (kind === undefined) throw new UsageError("Expected --reward-kind beside --reward-url: classify or openrlhf");
  checkAddress("reward-url", url);
  const apiKey = Deno.env.get("TARE_REWARD_KEY");
  return (options) => kinds[kind]({ url, model, apiKey, ...options });
}

/**
 * The text of an episode with its special tokens, as reward models learned it. vLLM adds by itself what begins a text;
 * OpenRLHF's servers add nothing.
 */
function textBy(tokenizer: Tokenizer, kind: "classify" | "openrlhf"): (episode: Episode) => string {
  const { bos } = tokenizer;
  return ({ prompt, response, promptTokens, tokens }) => {
    if (tokens.length === 0) return prompt + response; // no ids are known
    const begun = kind === "classify" && promptTokens[0] === bos;
    return tokenizer.decode([...begun ? promptTokens.subarray(1) : promptTokens], { special: true }) +
      tokenizer.decode(tokens, { special: true, completion: true });
  };
}
