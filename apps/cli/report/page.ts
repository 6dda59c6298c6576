/** The report as one HTML file: nothing is loaded, no script runs, and equal sources give equal bytes. */
import { markup, textOf, trusted } from "@tare/eval/report";
import { count, list } from "./format.ts";
import { claimsSection } from "./sections/claims.ts";
import { comparisonSection } from "./sections/comparison.ts";
import { curvesSection } from "./sections/curves.ts";
import { dialoguesSection } from "./sections/dialogues.ts";
import { difficultySection } from "./sections/difficulty.ts";
import { foundSection } from "./sections/found.ts";
import { rewardsSection } from "./sections/rewards.ts";
import { settingsSection } from "./sections/settings.ts";
import { spreadSection } from "./sections/spread.ts";
import type { Sources } from "./sources/find.ts";
import { style } from "./style.ts";
import { type View, viewOf } from "./view.ts";

/** Parts of the page in their order. */
const parts = [
  ...[foundSection, comparisonSection, curvesSection, spreadSection, rewardsSection, difficultySection],
  ...[claimsSection, dialoguesSection, settingsSection],
];

/** Writes the page. */
export function page(title: string, sources: Sources): string {
  const view = viewOf(sources);
  const sections = parts.map((part) => part(view));
  const document = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body><main>
<header><h1>${title}</h1><p>${summaryOf(view)}</p>
<nav aria-label="Sections"><ul>${
    sections.map(({ title }, i) => markup`<li><a href="#s${i + 1}">${title}</a></li>`)
  }</ul></nav></header>
${sections.map(({ title, body }, i) => markup`<section><h2 id="s${i + 1}">${title}</h2>${body}</section>\n`)}
<footer>Written by tare report from files that the stages wrote; no number was typed in by hand.</footer>
</main></body>
</html>
`;
  return textOf(document);
}

/** What the report is about, in a line. */
function summaryOf({ runs, comparison, baselines }: View): string {
  const seeds = [...new Set(runs.flatMap(({ record }) => record?.settings.seed ?? []))].map(String);
  const devices = [...new Set(runs.flatMap(({ record }) => record?.device ?? []))];
  return [
    ...runs.map(({ name, contrastive, metrics }) =>
      `PPO ${contrastive ? "with contrastive rewards" : "without"} (${name}, ${count(metrics.length, "iteration")})`
    ),
    ...comparison ? [`${count(comparison.policies.length, "policy", "policies")} compared`] : [],
    ...baselines.map(({ table }) =>
      `baselines of ${count(table.rows.size, "prompt")}, ${table.sampling.k} responses each`
    ),
    ...seeds.length > 0 ? [`seed ${list(seeds)}`] : [],
    ...devices.length > 0 ? [list(devices)] : [],
  ].join(" · ");
}
