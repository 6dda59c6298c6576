/** The admin's pages. Who is no admin is sent to sign in. */
import { studyProgress } from "@tare/eval/human";
import { createMiddleware } from "hono/factory";
import type { Api, Deps } from "../../http/deps.ts";
import { inTime } from "../../http/in_time.ts";
import type { Env } from "../../http/env.ts";
import type { EvaluationRecord } from "../../evaluations/store.ts";
import { evaluationPage } from "./evaluation.ts";
import { type Listed, listPage } from "./list.ts";
import { pageOf } from "./page.ts";
import { markup } from "@tare/eval/report";

/** Milliseconds for which a page waits for numbers; then it is shown without, and shows itself anew. */
const patience = 1_500;

const admins = createMiddleware<Env>(async (c, next) => {
  if (c.var.principal.role !== "admin") return c.redirect("/login");
  await next();
});

/** Adds the pages. */
export function dashboardRoutes(api: Api, deps: Deps): void {
  const { store: { evaluations, jobs, access }, studies, results } = deps;
  api.get("/", admins, async (c) => {
    const listed: Listed[] = [];
    for (const record of evaluations.list()) listed.push(await listedOf(deps, record));
    return c.html(listPage(listed));
  });
  api.get("/evaluations/:id", admins, async (c) => {
    const id = c.req.param("id");
    const evaluation = evaluations.find(id);
    if (!evaluation) return c.html(gone, 404);
    const found = await within(() => results.of(id), patience);
    return c.html(evaluationPage({
      evaluation,
      results: found ?? results.latest(id),
      pending: found === undefined,
      jobs: jobs.list(id),
      study: await studies.open(id) !== undefined,
      invitations: access.invitations(id),
      judges: Object.keys(deps.judges ?? {}),
    }));
  });
}

async function listedOf({ store: { jobs }, studies }: Deps, record: EvaluationRecord): Promise<Listed> {
  const study = await studies.open(record.id);
  const people = await study?.view(studyProgress);
  const open = jobs.list(record.id).filter(({ state }) => state === "queued" || state === "running");
  const sum = (of: "done" | "total") => open.reduce((total, job) => total + job[of], 0);
  return { ...record, ...people && { people }, jobs: { done: sum("done"), total: sum("total") } };
}

const gone = pageOf({
  title: "Not found",
  body: markup`<div class="message"><h2>There is no such evaluation</h2><p><a href="/">All evaluations</a></p></div>`,
});

/** What work gives in time, or nothing; it goes on if it takes longer. */
async function within<T>(work: () => Promise<T>, milliseconds: number): Promise<T | undefined> {
  try {
    return await inTime(work, milliseconds);
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") return undefined;
    throw error;
  }
}
