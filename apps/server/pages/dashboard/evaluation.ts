/** The page of one evaluation: what was found, and what can be done. */
import { type Markup, markup, reportSections } from "@tare/eval/report";
import type { Results } from "../../evaluations/results.ts";
import type { EvaluationRecord } from "../../evaluations/store.ts";
import type { JobRecord } from "../../judging/store.ts";
import { actions, type ActionsInput } from "./actions.ts";
import { jobsTable } from "./jobs.ts";
import { count, live, pageOf } from "./page.ts";
import { againstPart, peoplePart, qualityPart } from "./people.ts";

/** What the page is made from. */
export interface EvaluationInput extends ActionsInput {
  /** The evaluation. */
  readonly evaluation: EvaluationRecord;
  /** Its results; absent while they are computed for the first time. */
  readonly results?: Results;
  /** Whether there are results of a later version to come. */
  readonly pending: boolean;
  /** Its jobs, the latest first. */
  readonly jobs: readonly JobRecord[];
}

/** The page. */
export function evaluationPage(input: EvaluationInput): string {
  const { evaluation: { id, name, policies, prompts }, results, pending, jobs } = input;
  const judges = results?.judges.length ?? 0;
  const facts = [
    count(policies.length, "policy", "policies"),
    count(prompts, "prompt"),
    count(judges, "judge"),
    ...results?.people ? [count(results.people.agreement.annotators, "annotator")] : [],
  ];
  return pageOf({
    title: name,
    events: `/v1/evaluations/${id}/events`,
    pending,
    body: markup`<header><p class="crumb"><a href="/">Evaluations</a></p><h1>${name}</h1>${
      live("facts", markup`<p>${facts.join(", ")}${pending ? " · computing…" : ""}</p>`)
    }</header>
<div class="columns"><div>${live("found", found(results))}${live("jobs", jobsTable(jobs))}${
      live("more", more(results))
    }</div>
<aside aria-label="Actions">${actions(input)}</aside></div>`,
  });
}

function found(results: Results | undefined): Markup {
  if (!results) return markup`<p class="empty">The numbers are being computed…</p>`;
  const { people } = results;
  const judges = sectionsOf(results).filter(({ title }) => title.startsWith("Judge "));
  if (!people && judges.length === 0) {
    return markup`<p class="empty">Nobody has judged yet: start a study of people, or a judge.</p>`;
  }
  return markup`${people && peoplePart(people, results.policies.map(({ name }) => name))}${
    judges.map(({ title, body: [drawing, ...rest] }, i) =>
      markup`<section><h2>${title}</h2>${drawing}${details(`judge-${i}`, "Numbers", rest)}</section>\n`
    )
  }${people && [againstPart(people), qualityPart(people)]}`;
}

function more(results: Results | undefined): Markup | undefined {
  const rest = results && sectionsOf(results).filter(({ title }) => !title.startsWith("Judge "));
  return rest &&
    markup`<section><h2>More</h2>${rest.map(({ title, body }, i) => details(`more-${i}`, title, body))}</section>`;
}

function sectionsOf({ policies, prompts, judges, agreements }: Results) {
  return reportSections({ policies, prompts, judges, agreements, seed: 0 });
}

/** Something that is shown when it is asked for; it has an id, so that it stays open when the page shows itself anew. */
function details(id: string, title: string, body: readonly Markup[]): Markup {
  return markup`<details id="${id}"><summary>${title}</summary>${body}</details>\n`;
}
