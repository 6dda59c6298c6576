/** Contrastive rewards over HTTP: by their own name, as OpenRLHF asks, and as vLLM is asked. */
import { z } from "@hono/zod-openapi";
import type { Role } from "../access/principal.ts";
import type { Api, Deps } from "../http/deps.ts";
import { Problem } from "../http/problem.ts";
import { jsonAnswer, jsonBody, route } from "../http/route.ts";
import { classifiedOf, type Classify, classify, classifyAnswer, inputsOf } from "./classify.ts";
import { type ContrastiveRewards, contrastiveRewards, type RewardParts } from "./contrastive_rewards.ts";
import { FullError, ModelError } from "./errors.ts";
import { type GetReward, getReward, gotReward, gotRewardOf, queriesOf } from "./openrlhf.ts";
import type { Query } from "./query.ts";
import { type RewardsAnswer, rewardsAnswer, type RewardsRequest, rewardsRequest } from "./schemas.ts";

const trainers: readonly Role[] = ["rewards", "admin"];
const withKey = { params: z.strictObject({ key: z.string().openapi({ description: "A token for rewards" }) }) };

const local = "Programs of this machine need no token where nobody else can reach the server.";

/** What each of these routes may refuse. */
const refusals = {
  404: "The server has no reward model",
  422: "A prompt without a baseline, or texts that cannot be scored",
  502: "The reward model, or what draws baselines, failed",
  503: "Too much waits already; Retry-After says when to ask again",
  504: "No score in time",
};

const own = route(trainers, {
  method: "post",
  path: "/v1/rewards",
  summary: "Score responses and subtract the baselines of their prompts",
  request: { body: jsonBody(rewardsRequest) },
  responses: { 200: jsonAnswer(rewardsAnswer, "A reward for each row") },
}, refusals);
const openrlhf = {
  method: "post",
  request: { body: jsonBody(getReward) },
  responses: { 200: jsonAnswer(gotReward, "A reward for each query") },
} as const;
const get = route([...trainers, "local"], {
  ...openrlhf,
  ...{ path: "/get_reward", summary: "Contrastive rewards as OpenRLHF asks for them", description: local },
}, refusals);
const getByKey = route(["rewards"], {
  ...{ ...openrlhf, request: { ...openrlhf.request, ...withKey } },
  ...{ path: "/r/{key}/get_reward", summary: "The same for clients that send no header: the address is the secret" },
}, refusals);
const vllm = {
  method: "post",
  request: { body: jsonBody(classify) },
  responses: { 200: jsonAnswer(classifyAnswer, "A reward for each text") },
} as const;
const classes = route([...trainers, "local"], {
  ...vllm,
  ...{ path: "/classify", summary: "Contrastive rewards as vLLM and SGLang are asked for them", description: local },
}, refusals);
const classesByKey = route(["rewards"], {
  ...{ ...vllm, request: { ...vllm.request, ...withKey } },
  ...{ path: "/r/{key}/classify", summary: "The same for clients that send no header: the address is the secret" },
}, refusals);

/** Adds the routes of rewards. */
export function rewardRoutes(api: Api, deps: Deps): void {
  const { score, baselines: table, missing = "refuse", clock, limits } = deps;
  const rewards = score &&
    contrastiveRewards({
      ...{ score, table, baseline: deps.baseline, missing, sample: deps.sample },
      ...{ kept: deps.store.baselines, timeout: 1000 * limits.answerSeconds, closing: deps.closing },
    });
  /** Reads, scores and writes; whatever is wrong is told as a problem. */
  async function answered<B, A>(
    { req }: Asked<B>,
    read: (body: B) => readonly Query[],
    write: (parts: readonly RewardParts[], of: ContrastiveRewards, body: B) => A,
  ): Promise<A> {
    if (!rewards) {
      throw new Problem(404, "Expected a server with a reward model but this one has none: start it with one");
    }
    const [body, { signal }] = [req.valid("json"), req.raw];
    try {
      return write(await rewards(read(body), signal), rewards, body);
    } catch (error) {
      throw problemOf(error, signal);
    }
  }
  const plain = (c: Asked<RewardsRequest>) =>
    answered(c, rowsOf, (parts, { reward, baselines }): RewardsAnswer => ({ rewards: parts, reward, baselines }));
  const rewarded = (c: Asked<GetReward>) => answered(c, queriesOf, (parts) => gotRewardOf(parts, missing));
  const classified = (c: Asked<Classify>) =>
    answered(c, inputsOf, (parts, { reward }, body) => classifiedOf(body, parts, reward, clock()));
  api.openapi(own, async (c) => c.json(await plain(c), 200));
  api.openapi(get, async (c) => c.json(await rewarded(c), 200));
  api.openapi(getByKey, async (c) => c.json(await rewarded(c), 200));
  api.openapi(classes, async (c) => c.json(await classified(c), 200));
  api.openapi(classesByKey, async (c) => c.json(await classified(c), 200));
}

/** A request, as far as it is looked at. */
interface Asked<B> {
  readonly req: { readonly raw: Request; valid(of: "json"): B };
}

function rowsOf({ rows }: RewardsRequest): readonly Query[] {
  return rows.map(({ prompt, response }) => ({ query: prompt + response, prompt }));
}

function problemOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new Problem(408, "Expected a client that waits but it left");
  if (error instanceof FullError) {
    return new Problem(503, error.message, { headers: { "retry-after": `${error.retryAfter}` } });
  }
  if (error instanceof ModelError) return new Problem(error.late ? 504 : 502, error.message);
  return error instanceof RangeError ? new Problem(422, error.message) : error;
}
