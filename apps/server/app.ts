/** The app: middleware and routes, put together. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { authenticate } from "./access/authenticate.ts";
import { cookies as cookiesOf } from "./access/cookies.ts";
import { loginRoutes } from "./access/login.ts";
import { tokenRoutes } from "./access/tokens.ts";
import { calculateBeside } from "./evaluations/calculate.ts";
import { keepResults } from "./evaluations/results.ts";
import { eventRoutes } from "./evaluations/events.ts";
import { resultsRoutes } from "./evaluations/results_routes.ts";
import { evaluationRoutes } from "./evaluations/routes.ts";
import { bodies } from "./http/body.ts";
import { changes } from "./http/changes.ts";
import type { Api, Deps } from "./http/deps.ts";
import type { Connection, Env } from "./http/env.ts";
import { streams } from "./http/events.ts";
import { headers } from "./http/headers.ts";
import { healthRoutes } from "./http/health.ts";
import { hosts } from "./http/hosts.ts";
import { errorLog, logged } from "./http/log.ts";
import { openApiDocument } from "./http/openapi.ts";
import { ownPages } from "./http/origin.ts";
import { Problem, problemResponse, tellIssue } from "./http/problem.ts";
import { limitRates, type Rates } from "./http/rate.ts";
import { invitationRoutes } from "./human/invitation_routes.ts";
import { sessionRoutes } from "./human/session_routes.ts";
import { studyRoutes } from "./human/study_routes.ts";
import { studiesOf } from "./human/studies.ts";
import { jobRoutes } from "./judging/jobs.ts";
import { judgementRoutes } from "./judging/judgements.ts";
import type { AppOptions, Limits } from "./options.ts";
import { rewardRoutes } from "./rewards/routes.ts";
import { storeProblem } from "./store/failure.ts";
import { dashboardRoutes } from "./pages/dashboard/routes.ts";
import { pageRoutes } from "./pages/routes.ts";

/** The server as a function of requests. */
export interface App {
  /**
   * Answers a request.
   *
   * @param request The request.
   * @param connection What `Deno.serve` says about its connection.
   */
  fetch(request: Request, connection?: Connection): Promise<Response>;
  /** Its OpenAPI document, version 3.1. */
  openapi(): object;
  /** Ends streams and jobs, and waits for what is under way. What was acknowledged is safe; jobs go on at the next start. */
  close(): Promise<void>;
}

const rates: Rates = {
  admin: { perSecond: 50, burst: 200 },
  judge: { perSecond: 50, burst: 200 },
  rewards: { perSecond: 10_000, burst: 10_000 }, // a trainer asks for every sample by itself; the queue bounds it
  local: { perSecond: 10_000, burst: 10_000 },
  annotator: { perSecond: 10, burst: 40 },
  anyone: { perSecond: 10, burst: 100 },
};

/** What is usual. */
const usual: Limits = {
  ...{ bytes: 64 * 2 ** 20, bodySeconds: 30, answerSeconds: 120, rates },
  ...{ streams: { each: 16, all: 256 }, heartbeatSeconds: 15 },
  ...{ judgements: { each: 32, all: 128 }, jobs: { each: 20, all: 100 }, comparisons: 100_000 },
};

/** Areas of the API: each adds its routes. */
const areas: readonly ((api: Api, deps: Deps) => void)[] = [
  healthRoutes,
  evaluationRoutes,
  resultsRoutes,
  eventRoutes,
  judgementRoutes,
  jobRoutes,
  loginRoutes,
  tokenRoutes,
  studyRoutes,
  invitationRoutes,
  sessionRoutes,
  rewardRoutes,
  dashboardRoutes,
];

/**
 * Makes the app. It listens nowhere: give its `fetch` to `Deno.serve`, or call it from a program.
 *
 * @param options What it is made of.
 * @returns The app.
 *
 * @example Usage
 * ```ts
 * import { createApp, openStore } from "@tare/server";
 * import { assertEquals } from "@std/assert";
 *
 * using store = openStore(":memory:");
 * const app = createApp({ store, origins: ["http://127.0.0.1:8377"] });
 * const response = await app.fetch(new Request("http://127.0.0.1:8377/healthz"));
 * assertEquals(await response.json(), { status: "ok" });
 * await app.close();
 * ```
 */
export function createApp(options: AppOptions): App {
  const { store, origins, clock = Date.now, log = () => {}, trustLocal = false } = options;
  const limits: Limits = { ...usual, ...options.limits };
  const cookies = cookiesOf({
    secret: store.access.cookieSecret,
    secure: origins.every((origin) => origin.startsWith("https:")),
    now: clock,
  });
  const logError = errorLog(log, clock);
  const stop = new AbortController();
  const running = new Set<Promise<unknown>>();
  const background = (work: Promise<unknown>) => {
    const settled = work.catch((error) => logError(error)).finally(() => running.delete(settled));
    running.add(settled);
  };
  const closing = stop.signal;
  const studies = studiesOf(store.studies, clock);
  const calculate = options.calculate ?? calculateBeside(closing);
  const deps: Deps = {
    ...options,
    ...{ clock, limits, cookies, closing, background, changes: changes(), logError },
    ...{ studies, calculate, results: keepResults({ evaluations: store.evaluations, studies, calculate }) },
    stream: streams({
      ...{ bounds: limits.streams, heartbeat: 1000 * limits.heartbeatSeconds, closing, logError },
    }),
  };

  const api: Api = new OpenAPIHono<Env>({
    defaultHook(result) {
      if (result.success) return;
      throw new Problem(422, tellIssue(result.error.issues[0]!));
    },
  });
  api.use(logged(log, clock), headers(), hosts(origins));
  pageRoutes(api); // before anybody is counted: a page loads many files, for many people behind one address
  api.use(authenticate({ access: store.access, cookies, trustLocal }));
  api.use(ownPages(origins), limitRates(limits.rates, clock));
  api.use(bodies({ bytes: limits.bytes, milliseconds: 1000 * limits.bodySeconds }));
  for (const add of areas) add(api, deps);
  const document = openApiDocument(api);
  api.get("/openapi.json", (c) => c.json(document));
  api.notFound((c) => problemResponse(new Problem(404, "Expected a known address but found none here"), c.var.request));
  api.onError((error, c) => {
    if (error instanceof HTTPException) {
      return problemResponse(new Problem(error.status, error.message), c.var.request);
    }
    if (error instanceof Problem) return problemResponse(error, c.var.request);
    logError(error, { request: c.var.request });
    const unknown = new Problem(500, "Something went wrong here: the log says what");
    return problemResponse(storeProblem(error) ?? unknown, c.var.request);
  });

  return {
    fetch: async (request, connection = {}) => await api.fetch(request, connection),
    openapi: () => document,
    async close() {
      stop.abort(new DOMException("The server closes", "AbortError"));
      while (running.size > 0) await Promise.all(running);
    },
  };
}
