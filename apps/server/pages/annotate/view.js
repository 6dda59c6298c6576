// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** What the page shows. Texts come as text, never as HTML. */

/** @typedef {import("../../human/session_schemas.ts").SentTask} Task */
/** @typedef {import("@tare/eval/human").OwnProgress} Progress */

/**
 * An element of the page.
 *
 * @template {HTMLElement} T
 * @param {string} id Its id.
 * @param {new () => T} kind What it is.
 * @returns {T} The element.
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`Expected ${kind.name} #${id} in the page but found ${found}`);
}

const announcement = element("announcement", HTMLElement);
const bar = element("bar", HTMLProgressElement);
const comment = element("comment", HTMLTextAreaElement);
const count = element("count", HTMLElement);
const message = element("message", HTMLElement);
const notice = element("notice", HTMLElement);
const onward = element("onward", HTMLButtonElement);
const room = element("room", HTMLElement);
const task = element("task", HTMLElement);
const title = element("title", HTMLElement);
const undo = element("undo", HTMLButtonElement);
const votes = element("votes", HTMLElement);

/** The buttons that vote. @type {readonly HTMLButtonElement[]} */
export const voteButtons = [...votes.querySelectorAll("button")];

/** What HTML cannot hold, and marks that would turn the order of the text around them: reports show these so, too. */
// deno-lint-ignore no-control-regex -- these are what it looks for
const unprintable = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Puts text into an element. Blank lines around it and a space before it go: both responses start at their top, and how a
 * policy begins and ends tells nobody which one it is.
 *
 * @param {string} id Of the element.
 * @param {string} text Anything.
 */
export function say(id, text) {
  const where = element(id, HTMLElement);
  const printable = text.replace(/\r\n?/g, "\n").replace(unprintable, "\ufffd");
  const bare = printable.trimEnd().replace(/^(?:[^\S\n]*\n)+/, "").replace(/^ (?! )/, "");
  where.textContent = bare || "No text";
  where.classList.toggle("missing", bare === "");
}

/**
 * Shows a task from its top.
 *
 * @param {Task} shown The task.
 * @param {string} written Its comment so far.
 */
export function showTask(shown, written) {
  say("prompt", shown.prompt);
  say("left", shown.left);
  say("right", shown.right);
  comment.value = written;
  fitComment();
  for (const button of voteButtons) button.classList.remove("chosen");
  message.hidden = true;
  task.hidden = false;
  scrollTo(0, 0);
  element("prompt-title", HTMLElement).focus({ preventScroll: true });
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  task.animate([{ opacity: 0.2 }, { opacity: 1 }], { duration: 180, easing: "ease-out" });
}

/**
 * Shows a message in the place of a task.
 *
 * @param {string} heading What there is to say.
 * @param {string} text And more of it.
 * @param {string} [action] What the button below it says; none without.
 */
export function showMessage(heading, text, action = "") {
  title.textContent = heading;
  explain(text);
  onward.textContent = action;
  onward.hidden = action === "";
  element("stuck", HTMLElement).hidden = true;
  task.hidden = true;
  message.hidden = false;
  scrollTo(0, 0);
  title.focus({ preventScroll: true });
}

/**
 * Changes the text of the message.
 *
 * @param {string} text The new one.
 */
export function explain(text) {
  element("text", HTMLElement).textContent = text;
}

/**
 * Shows how far the annotator is.
 *
 * @param {Progress} progress Of the server.
 */
export function showProgress({ votes, left, last }) {
  const all = votes + left;
  bar.max = Math.max(1, all);
  bar.value = votes;
  count.textContent = `${votes} of ${all}`;
  undo.disabled = last === undefined;
  undo.title = last ? `Take back: ${labelOf(last.choice)}` : "";
  element("progress", HTMLElement).hidden = all === 0;
  element("tools", HTMLElement).hidden = false;
}

/** Hides what only somebody with a session can use. */
export function hideTools() {
  for (const id of ["progress", "tools"]) element(id, HTMLElement).hidden = true;
}

/**
 * Says whether a request is under way.
 *
 * @param {boolean} busy Whether it is.
 * @param {string} [choice] The vote that is being sent.
 */
export function showBusy(busy, choice) {
  document.body.classList.toggle("busy", busy);
  for (const button of [...voteButtons, undo]) button.setAttribute("aria-disabled", `${busy}`);
  for (const button of voteButtons) {
    if (button.dataset.choice === choice) button.classList.add("chosen");
    else if (!busy || choice) button.classList.remove("chosen");
  }
}

/**
 * Says something for a while, to eyes and to screen readers.
 *
 * @param {string} text What; nothing takes the last one away.
 * @param {"passing" | "standing"} [kind] Whether it goes by itself.
 */
export function notify(text, kind = "passing") {
  clearTimeout(passing);
  if (notice.textContent !== text) notice.textContent = text;
  if (text !== "" && kind === "passing") passing = setTimeout(() => notice.textContent = "", 9_000);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let passing;

/**
 * Tells screen readers.
 *
 * @param {string} text What.
 */
export function announce(text) {
  announcement.textContent = text;
}

/**
 * What a choice is called on the page.
 *
 * @param {string} choice The choice.
 * @returns {string} The words on its button that are seen.
 */
export function labelOf(choice) {
  const spans = [...votes.querySelectorAll(`[data-choice="${CSS.escape(choice)}"] span`)];
  return (spans.find((span) => getComputedStyle(span).display !== "none") ?? spans[0])?.textContent ?? choice;
}

/** Lets the field of the comment grow with its text, and says when its room gets short. */
export function fitComment() {
  const left = comment.maxLength - comment.value.length;
  room.textContent = left <= 200 ? `${left} characters left` : "";
  comment.rows = Math.min(5, Math.max(1, comment.value.split("\n").length, Math.ceil(comment.value.length / 90)));
}
