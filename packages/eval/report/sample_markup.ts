/** What was said and decided, for people to judge the judges. */
import type { StyleOf } from "./bars.ts";
import { cut } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import type { Kind, Sample } from "./samples.ts";
import type { VerdictRow } from "../rows.ts";

/** Most characters of a prompt or response that are shown, and of a judge's words. */
const longest = { text: 1500, words: 600 };

/** A sample: prompt, both responses, and every judge's verdict with its words. */
export function sampleMarkup({ kind, a, b, verdicts }: Sample, styleOf: StyleOf): Markup {
  return markup`<article><h3>${titles[kind](a.policy, b.policy)} <small>prompt ${short(a.promptId, 80)}</small></h3>
<p class="said prompt" dir="auto">${short(a.prompt, longest.text)}</p><div class="responses">${
    [a, b].map(({ policy, response }) =>
      markup`<section class="${styleOf(policy)}"><h4><i class="key"></i>${policy}</h4><p class="said" dir="auto">${
        short(response, longest.text)
      }</p></section>`
    )
  }</div><ul class="verdicts">${
    verdicts.map((verdict) => markup`<li>${verdictMarkup(verdict)}</li>`)
  }</ul></article>\n`;
}

const titles: Readonly<Record<Kind, (a: string, b: string) => string>> = {
  contrary: (a, b) => `Judges contradict each other: ${a} against ${b}`,
  apart: (a, b) => `One judge sees a tie: ${a} against ${b}`,
  a: (a, b) => `${a} wins against ${b}`,
  b: (a, b) => `${a} loses against ${b}`,
  tie: (a, b) => `Tie: ${a} against ${b}`,
  invalid: (a, b) => `No valid verdict: ${a} against ${b}`,
};

function verdictMarkup(verdict: VerdictRow): Markup {
  const { judge, games = [], members } = verdict;
  const said = (winner: VerdictRow["winner"]) =>
    winner === "tie" ? "tie" : winner === "invalid" ? "invalid" : `${verdict[winner]} is better`;
  const panel = members
    ? ` (${Object.entries(members).map(([id, winner]) => `${id}: ${said(winner)}`).join("; ")})`
    : "";
  return markup`<b>${judge}</b>: ${said(verdict.winner)}${cut(panel, longest.words)}${
    verdict.winner === "invalid" ? markup`, ${short(verdict.reason, longest.words)}` : ""
  }${
    games.map(({ first, winner, reason, rationale }) =>
      markup`<details><summary>${verdict[first]} first: ${said(winner)}${
        reason === undefined ? "" : markup`, ${short(reason, longest.words)}`
      }</summary><p class="said" dir="auto">${
        rationale === undefined ? "The judge gave no reasons." : short(rationale, longest.words)
      }</p></details>`
    )
  }`;
}

/** A text without the space around it, and not without end. */
function short(text: string, most: number): string {
  return cut(text.trim(), most) || "(nothing)";
}
