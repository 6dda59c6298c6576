/** What an admin can do with an evaluation. */
import { type Content, type Markup, markup } from "@tare/eval/report";
import type { InvitationRecord } from "../../access/store.ts";
import type { EvaluationRecord } from "../../evaluations/store.ts";
import { day, live, outcome } from "./page.ts";

/** What is there already. */
export interface ActionsInput {
  /** The evaluation. */
  readonly evaluation: EvaluationRecord;
  /** Whether people compare it. */
  readonly study: boolean;
  /** Who is invited. */
  readonly invitations: readonly InvitationRecord[];
  /** Names of judges that can be asked. */
  readonly judges: readonly string[];
}

/** Panels with forms. What a field is called is what the API calls it; empty ones are not sent. */
export function actions(input: ActionsInput): Markup {
  const { evaluation: { id, name, prompts }, study, judges } = input;
  const path = `/v1/evaluations/${id}`;
  return markup`${study ? invitePanel(path, input.invitations) : studyPanel(path, prompts)}
${judgePanel(path, judges, prompts)}
${panel("Export", exports(path, input))}
${
    panel(
      "Delete",
      markup`<form data-method="DELETE" data-path="${path}" data-then="/" data-confirm="${name}">
<p class="soft">Responses, verdicts, votes and invitations go with it. Nothing of it comes back.</p>
<label for="confirm">Type <b>${name}</b> to confirm</label><input id="confirm" required autocomplete="off" spellcheck="false">
<button class="danger">Delete for good</button>${outcome}</form>`,
    )
  }`;
}

function panel(title: string, body: Content): Markup {
  return markup`<section class="panel"><h2>${title}</h2>${body}</section>`;
}

function studyPanel(path: string, prompts: number): Markup {
  return panel(
    "Ask people",
    markup`<form data-method="POST" data-path="${path}/study" data-then="load">
<label for="instructions">Instructions <small>beside every task</small></label>
<textarea id="instructions" name="instructions" rows="4" maxlength="20000" placeholder="Which response is better: more helpful, honest and harmless?"></textarea>
<div class="fields"><div><label for="overlap">Votes a task</label><input id="overlap" name="overlap" type="number" min="1" max="1000" value="2" required></div>
<div><label for="study-prompts">Prompts</label><input id="study-prompts" name="prompts" type="number" min="1" max="${prompts}" placeholder="all ${prompts}"></div>
<div><label for="gold">Gold checks</label><input id="gold" name="gold" type="number" min="0" max="1000" placeholder="none"></div></div>
<p class="soft">A gold check sets a response against one to another prompt: who reads gets it right.</p>
<button class="main">Start the study</button>${outcome}</form>`,
  );
}

function invitePanel(path: string, invitations: readonly InvitationRecord[]): Markup {
  return panel(
    "Invite people",
    markup`<form data-method="POST" data-path="${path}/invitations" data-then="links">
<label for="annotators">Names <small>one a line</small></label>
<textarea id="annotators" name="annotators" rows="3" required data-lines></textarea>
<button class="main">Make links</button>${outcome}
<ul class="links" aria-live="polite"></ul></form>${live("invitations", invited(invitations))}`,
  );
}

function invited(invitations: readonly InvitationRecord[]): Markup | undefined {
  if (invitations.length === 0) return undefined;
  return markup`<details id="invited"><summary>${invitations.length} invited</summary><ul class="invited">${
    invitations.map(({ id, annotator, used, expires }) =>
      markup`<li><b>${annotator}</b> <span class="soft">${
        used === undefined ? markup`link until ${day(expires)}` : markup`since ${day(used)}`
      }</span> <button type="button" id="revoke-${id}" class="plain" data-method="DELETE" data-path="/v1/invitations/${id}" data-then="show" aria-label="Revoke the invitation of ${annotator}">Revoke</button></li>\n`
    )
  }</ul></details>`;
}

function judgePanel(path: string, judges: readonly string[], prompts: number): Markup {
  if (judges.length === 0) {
    return panel("Ask a judge", markup`<p class="soft">The server's configuration names no judge.</p>`);
  }
  return panel(
    "Ask a judge",
    markup`<form data-method="POST" data-path="${path}/jobs" data-then="show">
<div class="fields"><div><label for="judge">Judge</label><select id="judge" name="judge">${
      judges.map((name) => markup`<option>${name}</option>`)
    }</select></div>
<div><label for="judge-prompts">Prompts</label><input id="judge-prompts" name="prompts" type="number" min="1" max="${prompts}" placeholder="all ${prompts}"></div></div>
<button class="main">Start</button>${outcome}</form>`,
  );
}

/** Files, by what they are for. */
function exports(path: string, { study }: ActionsInput): Markup {
  const files: readonly (readonly [query: string, name: string, people: boolean])[] = [
    ["format=html", "Report (HTML)", false],
    ["format=jsonl&part=responses", "Responses (JSONL)", false],
    ["format=jsonl&part=verdicts", "Verdicts of judges (JSONL)", false],
    ["format=csv&part=verdicts", "Verdicts of judges (CSV)", false],
    ["format=jsonl&part=votes", "Votes of people (JSONL)", true],
    ["format=csv&part=votes", "Votes of people (CSV)", true],
    ["format=trl", "Preference pairs of people (TRL)", true],
    ["format=study", "Study with its log and secret", true],
  ];
  return markup`<ul class="files">${
    files.filter(([, , people]) => study || !people).map(([query, name]) =>
      markup`<li><a href="${path}/export?${query}" download>${name}</a></li>\n`
    )
  }</ul>`;
}
