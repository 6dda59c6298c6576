/** The page of all evaluations. */
import type { StudyProgress } from "@tare/eval/human";
import { type Markup, markup } from "@tare/eval/report";
import type { EvaluationRecord } from "../../evaluations/store.ts";
import { count, day, live, outcome, pageOf, progress } from "./page.ts";

/** An evaluation in the list. */
export interface Listed extends EvaluationRecord {
  /** How far people are; absent without a study. */
  readonly people?: StudyProgress;
  /** How far judges are that are at work. */
  readonly jobs: { readonly done: number; readonly total: number };
}

/** The page. */
export function listPage(evaluations: readonly Listed[]): string {
  return pageOf({
    title: "Evaluations",
    body: markup`<header><h1>Evaluations</h1></header>
<div class="columns"><div>${
      live(
        "evaluations",
        evaluations.length === 0
          ? markup`<p class="empty">Nothing is compared yet. Make an evaluation of what two policies or more said.</p>`
          : markup`<ul class="cards">${evaluations.map((evaluation) => markup`<li>${card(evaluation)}</li>\n`)}</ul>`,
      )
    }</div>
<aside aria-label="Actions">${form}</aside></div>`,
  });
}

function card({ id, name, created, policies, prompts, verdicts, people, jobs }: Listed): Markup {
  return markup`<h2><a href="/evaluations/${id}">${name}</a></h2>
<p class="soft">${policies.join(" · ")}</p>
<p class="facts"><span>${count(prompts, "prompt")}</span> <span>${
    count(verdicts, "verdict")
  } of judges</span> <span class="soft">${day(created)}</span></p>${
    people ? markup`<p class="facts">${progress(people.votes, people.needed, "votes")}</p>` : undefined
  }${
    jobs.total > 0
      ? markup`<p class="facts">${progress(jobs.done, jobs.total, "comparisons by judges")}</p>`
      : undefined
  }`;
}

const form = markup`<section class="panel"><h2>New evaluation</h2>
<form id="upload"><label for="name">Name</label><input id="name" name="name" required maxlength="200" autocomplete="off">
<label for="files">Responses <small>JSON Lines; all policies in one file, or a file for each</small></label>
<input id="files" name="files" type="file" accept=".jsonl,.ndjson,application/jsonl" multiple required>
<button class="main">Make it</button>${outcome}</form></section>`;
