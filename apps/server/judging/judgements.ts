/** Judges over HTTP: who there is, and what one of them says about two responses. */
import { z } from "@hono/zod-openapi";
import { AskError, type Judge, type Pair, type Verdict } from "@tare/eval";
import { keyOf } from "../access/principal.ts";
import { verdict } from "../evaluations/schemas.ts";
import type { Api, Deps } from "../http/deps.ts";
import { orAborted } from "../http/in_time.ts";
import { Problem } from "../http/problem.ts";
import { jsonAnswer, jsonBody, route } from "../http/route.ts";
import { slots } from "../http/slots.ts";
import { judgeMap, judgeOf } from "./judges.ts";
import { judgeRecord, newJudgement } from "./schemas.ts";

const list = route(["admin", "judge"], {
  method: "get",
  path: "/v1/judges",
  summary: "List the judges that the server's configuration names",
  responses: { 200: jsonAnswer(z.strictObject({ judges: z.array(judgeRecord) }), "All judges") },
});

const judgement = route(["admin", "judge"], {
  method: "post",
  path: "/v1/judgements",
  summary: "Ask a judge which of two responses is better",
  request: { body: jsonBody(newJudgement) },
  responses: { 200: jsonAnswer(verdict, "What it decided; no decision is a verdict too, with its reason") },
}, {
  404: "No judge of this name",
  429: "Too many judgements at a time",
  502: "The judge cannot be asked",
  504: "It did not answer in time",
});

/** Adds the routes of judges and judgements. */
export function judgementRoutes(api: Api, { judges: named, limits, background }: Deps): void {
  const judges = judgeMap(named);
  const take = slots("judgements", limits.judgements);
  api.openapi(list, (c) =>
    c.json({
      judges: [...judges].map(([name, judge]) => {
        const spent = judge.spent?.();
        return { name, id: judge.id, ...judge.about, ...spent && { spent } };
      }),
    }, 200));
  api.openapi(judgement, async (c) => {
    const { judge: name, promptId = "", ...texts } = c.req.valid("json");
    const judge = judgeOf(judges, name);
    const leave = take(keyOf(c.var.principal, ""));
    const gone = new Problem(408, "Expected somebody to wait for the verdict but found nobody");
    const late = new Problem(
      504,
      `Expected a verdict within ${limits.answerSeconds} s but found none: try again later`,
    );
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(late), 1000 * limits.answerSeconds);
    const { signal } = c.req.raw;
    const left = () => stop.abort(gone);
    signal.addEventListener("abort", left);
    if (signal.aborted) left();
    try {
      const work = compare(judge, { promptId, ...texts }, stop.signal);
      background(work.catch(() => {}).finally(leave)); // the store stays open until what was paid for is in it
      return c.json(await orAborted(work, stop.signal), 200);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", left);
    }
  });
}

/** Compares. That the judge cannot be asked at all is the fault of what is behind this server. */
async function compare(judge: Judge, pair: Pair, signal: AbortSignal): Promise<Verdict> {
  try {
    return await judge.compare(pair, signal);
  } catch (error) {
    if (error instanceof AskError) throw new Problem(502, error.message);
    throw error;
  }
}
