/** What rewards from servers have in common: episodes as texts, some a request, numbers in their order. */
import { openServer, type ServerOptions } from "../openai/client.ts";
import { asFinished } from "../openai/pool.ts";
import type { Episode, Reward } from "../episode.ts";

/** Which server scores, and how it is asked. */
export interface RemoteRewardOptions extends ServerOptions {
  /** The address to post to, whole, such as `http://127.0.0.1:8000/classify`. */
  readonly url: string;
  /** The server's name of the model. */
  readonly model?: string;
  /** Names the reward in what is made with it. @default {the model, if it has a name, and the address without credentials} */
  readonly id?: string;
  /** The text to score: what the reward model was trained on. @default {the prompt and the response, joined} */
  readonly text?: (episode: Episode) => string;
  /** Episodes of a request. @default {16} */
  readonly batch?: number;
  /** Ends a request under way, and those that wait. */
  readonly signal?: AbortSignal;
}

/** How a kind of server is asked. */
export interface Protocol {
  /** The function whose options these are. */
  readonly of: string;
  /** An example of an address. */
  readonly example: string;
  /** The body of a request. */
  bodyOf(episodes: readonly Episode[], texts: readonly string[]): object;
  /** @returns As many numbers. @throws {TypeError} If the answer is not what the protocol says. */
  read(answer: unknown, count: number): readonly number[];
}

/** Makes a reward function of a server. */
export function remoteReward(options: RemoteRewardOptions, protocol: Protocol): Reward {
  const { url, model, text = ({ prompt, response }) => prompt + response, batch = 16, signal } = options;
  if (!Number.isInteger(batch) || batch < 1) {
    throw new RangeError(`Expected batch of ${protocol.of} to be an integer of 1 or more but found ${batch}`);
  }
  const server = openServer(url, options, {
    ...{ of: protocol.of, address: ["url", protocol.example] },
    ...{ task: `score${model === undefined ? "" : ` by model "${model}"`}`, check: "url and model" },
  });
  const ask = async ({ at, episodes }: { at: number; episodes: readonly Episode[] }, signal: AbortSignal) => {
    const body = {
      ...protocol.bodyOf(episodes, episodes.map(text)),
      ...model !== undefined && { model },
    };
    const read = (answer: unknown) => protocol.read(answer, episodes.length);
    return { at, scores: await server.post("", body, read, signal) };
  };
  const reward = async (episodes: readonly Episode[]) => {
    const rewards = new Float32Array(episodes.length);
    const requests = Array.from({ length: Math.ceil(episodes.length / batch) }, (_, i) => i * batch)
      .map((at) => ({ at, episodes: episodes.slice(at, at + batch) }));
    for await (const { at, scores } of asFinished(requests, server.concurrency, ask, signal)) rewards.set(scores, at);
    return rewards;
  };
  return Object.assign(reward, { id: options.id ?? `${model === undefined ? "" : `${model}@`}${server.place}` });
}

/** Puts what is wrong with an answer into words. */
export function badAnswer(
  what: string,
  { path, message }: { path: readonly PropertyKey[]; message: string },
): TypeError {
  return new TypeError(`its answer is no ${what}: ${path.join(".") || "the body"}: ${message}`);
}
