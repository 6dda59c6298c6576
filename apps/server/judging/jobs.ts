/** Jobs over HTTP: made, looked at, followed, cancelled. */
import { z } from "@hono/zod-openapi";
import { hashOf } from "../access/secrets.ts";
import { keyOf } from "../access/principal.ts";
import { existing } from "../evaluations/existing.ts";
import { params as evaluationParams } from "../evaluations/schemas.ts";
import type { Changes } from "../http/changes.ts";
import type { Api, Deps } from "../http/deps.ts";
import type { ServerEvent } from "../http/events.ts";
import { Problem } from "../http/problem.ts";
import { eventsAnswer, jsonAnswer, jsonBody, lastEvent, route, unchecked } from "../http/route.ts";
import { judgeMap, judgeOf } from "./judges.ts";
import { allPairs, comparisonsOf } from "./plan.ts";
import { startRunner } from "./runner.ts";
import { jobRecord, newJob } from "./schemas.ts";
import type { JobRecord, Jobs } from "./store.ts";

const params = z.strictObject({ id: z.string().openapi({ description: "Id of the job" }) });

const create = route(["admin", "judge"], {
  method: "post",
  path: "/v1/evaluations/{id}/jobs",
  summary: "Have a judge compare the responses of an evaluation",
  request: {
    params: evaluationParams,
    headers: z.object({
      "idempotency-key": z.string().min(1).max(255).optional().openapi({
        description: "Names the request: sent again, it makes no other job",
      }),
    }),
    body: jsonBody(newJob),
  },
  responses: {
    200: jsonAnswer(jobRecord, "The job that this request has made before"),
    202: jsonAnswer(jobRecord, "The job; its address is in the header Location"),
  },
}, {
  404: "No evaluation of this id, or no judge of this name",
  422: "Pairs that are none, nothing to compare, too much, or another request of this Idempotency-Key",
  429: "Too many jobs wait",
});

const list = route(["admin", "judge"], {
  method: "get",
  path: "/v1/jobs",
  summary: "List jobs, the latest first",
  request: {
    query: z.strictObject({
      evaluation: z.string().optional().openapi({ description: "Id of an evaluation: its jobs alone" }),
    }),
  },
  responses: { 200: jsonAnswer(z.strictObject({ jobs: z.array(jobRecord) }), "The latest jobs, a thousand at most") },
});

const find = route(["admin", "judge"], {
  method: "get",
  path: "/v1/jobs/{id}",
  summary: "Look at a job",
  request: { params },
  responses: { 200: jsonAnswer(jobRecord, "The job") },
}, { 404: "No job of this id" });

const cancel = route(["admin", "judge"], {
  method: "post",
  path: "/v1/jobs/{id}/cancel",
  summary: "End a job; its verdicts so far stay",
  request: { params },
  responses: { 200: jsonAnswer(jobRecord, "The job, cancelled") },
}, { 404: "No job of this id", 409: "It has ended otherwise" });

const events = route(["admin", "judge"], {
  method: "get",
  path: "/v1/jobs/{id}/events",
  summary: "Follow a job: events `progress`, and one last `done`, `failed` or `cancelled`, whose data are the job",
  request: {
    params,
    headers: lastEvent,
  },
  responses: {
    200: eventsAnswer,
    204: { description: "The last event has come already" },
  },
}, { 404: "No job of this id", 429: "Too many streams at a time" });

/** Adds the routes of jobs, and works off what there is to do. */
export function jobRoutes(api: Api, deps: Deps): void {
  const { store: { jobs, evaluations }, clock, limits, changes, stream } = deps;
  const judges = judgeMap(deps.judges);
  const wake = startRunner(deps, judges);

  api.openapi(create, (c) => {
    const { policies, id: evaluation } = existing(evaluations, c.req.valid("param").id);
    const body = c.req.valid("json");
    const [owner, key] = [keyOf(c.var.principal, ""), c.req.valid("header")["idempotency-key"]];
    const hash = hashOf(JSON.stringify([evaluation, body.judge, body.pairs, body.prompts, body.seed]));
    const made = key === undefined ? undefined : jobs.made(owner, key);
    if (made && made.hash !== hash) {
      throw new Problem(
        422,
        "Expected the request that this Idempotency-Key named before but found another: take another key",
      );
    }
    const at = (id: string) => ({ location: `/v1/jobs/${id}` });
    if (made) return c.json(made.job, 200, at(made.job.id));
    const judge = { name: body.judge, id: judgeOf(judges, body.judge).id };
    const pairs = checkedPairs(body.pairs ?? allPairs(policies), policies);
    checkQueue(jobs, owner, limits.jobs);
    const plan = { pairs, prompts: body.prompts, seed: body.seed };
    const total = comparisonsOf(evaluations.rows(evaluation).responses, plan).length;
    checkTotal(total, limits.comparisons);
    const id = crypto.randomUUID();
    jobs.add({ id, owner, key, hash, evaluation, judge, plan, total, created: clock() });
    wake(judge.name);
    return c.json(existingJob(jobs, id), 202, at(id));
  });
  api.openapi(list, (c) => c.json({ jobs: [...jobs.list(c.req.valid("query").evaluation)] }, 200));
  api.openapi(find, (c) => c.json(existingJob(jobs, c.req.valid("param").id), 200));
  api.openapi(cancel, (c) => {
    const { id, evaluation } = existingJob(jobs, c.req.valid("param").id);
    if (jobs.end(id, "cancelled", clock())) changes.tell(evaluation);
    const job = existingJob(jobs, id);
    if (job.state !== "cancelled") throw new Problem(409, `Expected a job at work but found one that is ${job.state}`);
    return c.json(job, 200);
  });
  api.openapi(events, (c) => {
    const { id, state } = existingJob(jobs, c.req.valid("param").id);
    const last = c.req.valid("header")["last-event-id"];
    if (last === state) return c.body(null, 204); // browsers then come no more
    return unchecked(stream(c, (signal) => eventsOf(jobs, changes, id, last, signal)));
  });
}

/** Events of a job: each is its present state, so that who comes late or reads slowly misses none. */
async function* eventsOf(
  jobs: Jobs,
  changes: Changes,
  id: string,
  last: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const { evaluation, done } = existingJob(jobs, id);
  let sent = /^\d{1,15}$/.test(last ?? "") ? Number(last) : -1;
  if (sent > done) sent = -1; // no id of this job
  while (!signal.aborted) {
    const changed = changes.next(evaluation, signal);
    const job = existingJob(jobs, id);
    if (job.finished !== undefined) return yield { id: job.state, event: job.state, data: job };
    if (job.done > sent) yield { id: `${sent = job.done}`, event: "progress", data: job };
    await changed;
  }
}

function checkedPairs(pairs: readonly (readonly [string, string])[], policies: readonly string[]): typeof pairs {
  const seen = new Set<string>();
  for (const pair of pairs) {
    const unknown = pair.find((name) => !policies.includes(name));
    if (unknown !== undefined) {
      const known = policies.map((name) => JSON.stringify(name)).join(", ");
      throw new Problem(422, `pairs: Expected policies of ${known} but found ${JSON.stringify(unknown)}`);
    }
    if (pair[0] === pair[1]) {
      throw new Problem(422, `pairs: Expected two policies but found ${JSON.stringify(pair[0])} beside itself`);
    }
    const key = JSON.stringify([...pair].sort());
    if (seen.has(key)) {
      throw new Problem(422, `pairs: Expected every pair once but found ${JSON.stringify(pair)} twice`);
    }
    seen.add(key);
  }
  return pairs;
}

function checkQueue(jobs: Jobs, owner: string, { each, all }: Deps["limits"]["jobs"]): void {
  const found = jobs.waiting(owner);
  if (found.own < each && found.all < all) return;
  const whose = found.own >= each ? `${found.own} of yours` : `${found.all} of all clients`;
  throw new Problem(429, `Expected fewer jobs that wait but found ${whose}: cancel one, or try again later`, {
    headers: { "retry-after": "60" },
  });
}

function checkTotal(total: number, most: number): void {
  if (total === 0) {
    throw new Problem(422, "Expected prompts that both policies of a pair responded to but found none");
  }
  if (total > most) {
    throw new Problem(422, `Expected ${most} comparisons or fewer but found ${total}: ask for fewer pairs or prompts`);
  }
}

function existingJob(jobs: Jobs, id: string): JobRecord {
  const job = jobs.find(id);
  if (!job) throw new Problem(404, "Expected a job but found none of this id");
  return job;
}
