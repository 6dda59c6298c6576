/** What the admin's pages have in common. */
import { type Content, type Markup, markup, textOf } from "@tare/eval/report";

/** A page. */
export interface Page {
  /** Its title. */
  readonly title: string;
  /** Where its events come from; it shows itself anew when one comes. */
  readonly events?: string;
  /** Whether something is still being computed; then it shows itself anew soon. */
  readonly pending?: boolean;
  /** What stands in it. */
  readonly body: Content;
}

/** The page as HTML. Every text in it is escaped; it has no script and no style of its own. */
export function pageOf({ title, events, pending = false, body }: Page): string {
  return textOf(markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/report.css">
<link rel="stylesheet" href="/assets/base.css">
<link rel="stylesheet" href="/assets/dashboard/dashboard.css">
<script type="module" src="/assets/dashboard/dashboard.js"></script>
</head>
<body data-events="${events}" data-pending="${pending ? "yes" : "no"}">
<div class="top"><a class="home" href="/">Tare</a><span id="state" class="soft" role="status"></span>
<button type="button" class="plain" data-method="DELETE" data-path="/v1/login" data-then="/login">Sign out</button></div>
<main>${body}</main>
<noscript><p class="message">These pages need JavaScript: please switch it on for this site.</p></noscript>
</body>
</html>
`);
}

/** A part of a page that shows itself anew when something has changed. Parts have ids of their own. */
export function live(id: string, body: Content): Markup {
  return markup`<div id="${id}" data-live>${body}</div>`;
}

/** How far something is: as text, and drawn. */
export function progress(done: number, total: number, unit: string): Markup {
  const label = `${digits(done)} of ${digits(total)} ${unit}`;
  return markup`<span class="progress"><progress value="${done}" max="${
    Math.max(total, 1)
  }" aria-label="${label}"></progress> <span>${label}</span></span>`;
}

/** A number of people or things. */
export function count(number: number, noun: string, several: string = `${noun}s`): string {
  return `${digits(number)} ${number === 1 ? noun : several}`;
}

/** A share as a percentage; a dash where there is none. */
export function share(value: number | null): string {
  return value === null || !Number.isFinite(value) ? "–" : `${Math.round(100 * value)}\u202f%`;
}

/** A day, in the form that every language reads. */
export function day(milliseconds: number): Markup {
  const iso = new Date(milliseconds).toISOString();
  return markup`<time datetime="${iso}">${iso.slice(0, 10)}</time>`;
}

/** What an action came to, and what went wrong with it. */
export const outcome: Markup = markup`<p class="outcome" role="status"></p>`;

function digits(number: number): string {
  return `${number}`.replace(/\B(?=(\d{3})+$)/g, ",");
}
