/** What judges do, have done and are to do. */
import { type Markup, markup } from "@tare/eval/report";
import type { JobRecord } from "../../judging/store.ts";
import { progress } from "./page.ts";

/** Jobs that are shown. */
const most = 20;

/** The jobs of an evaluation, the latest first; nothing where there are none. */
export function jobsTable(jobs: readonly JobRecord[]): Markup | undefined {
  if (jobs.length === 0) return undefined;
  return markup`<section><h2>Jobs of judges</h2><ul class="jobs">${
    jobs.slice(0, most).map((job) => markup`<li>${row(job)}</li>\n`)
  }</ul>${
    jobs.length > most ? markup`<p class="soft">… and ${jobs.length - most} earlier ones</p>` : undefined
  }</section>`;
}

function row({ id, judge, state, done, total, invalid, failure }: JobRecord): Markup {
  const open = state === "queued" || state === "running";
  return markup`<b>${judge.name}</b> <span class="badge ${state}">${state}</span> ${
    progress(done, total, "comparisons")
  }${invalid > 0 ? markup` <span class="soft">${invalid} invalid</span>` : undefined}${
    open
      ? markup` <button type="button" id="cancel-${id}" class="plain" data-method="POST" data-path="/v1/jobs/${id}/cancel" data-then="show" aria-label="Cancel the job of ${judge.name}">Cancel</button>`
      : undefined
  }${failure === undefined ? undefined : markup`<p class="soft">${failure}</p>`}`;
}
