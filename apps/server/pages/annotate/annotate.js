// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The annotator's page: gets a task, takes a vote, brings it to the server whatever happens, and goes on. */
import { detailOf, insist, send } from "../client.js";
import { forget, keep, kept } from "./kept.js";
import { stopwatch } from "./stopwatch.js";
import * as view from "./view.js";

/** @typedef {import("@tare/eval/human").Ballot} Ballot */
/** @typedef {import("../../human/session_schemas.ts").Next} Next */
/** @typedef {import("@tare/eval/human").OwnProgress} Progress */
/** @typedef {import("../../human/session_schemas.ts").Session} Session */
/** @typedef {import("../../human/session_schemas.ts").SentTask} Task */
/** @typedef {import("@tare/eval/human").OwnVote} Vote */

/** Milliseconds after a new task in which nothing votes: the second half of a double press was meant for the last one. */
const quiet = 300;

/** What a vote came to that does not count. */
const refusals = /** @type {Readonly<Record<number, string>>} */ ({
  404: "That task is not known here any more, so the vote was not saved.",
  409: "There was a vote of yours on that task already, and it stands.",
  410: "Others had compared that pair in the meantime, so the vote was not needed.",
});

/** Thrown when there is nothing more to do, and the page says why. */
const ended = new Error("The session has ended");

const comment = view.element("comment", HTMLTextAreaElement);
const keysInUse = view.element("keys", HTMLInputElement);
const instructions = view.element("instructions", HTMLDialogElement);
const goodbye = view.element("goodbye", HTMLDialogElement);
const watch = stopwatch(document, () => performance.now());

/** The task that is shown. @type {Task | undefined} */
let task;
/** How far the annotator is. @type {Progress} */
let progress = { votes: 0, left: 0 };
/** Whether a request is under way. */
let busy = false;
/** When votes are taken again, on the clock of `performance.now()`. */
let quietUntil = 0;
/** Asks for a task later. @type {ReturnType<typeof setInterval> | undefined} */
let countdown;

/**
 * Does one thing at a time: what is asked for while another is under way is not done.
 *
 * @param {() => Promise<void>} work What to do.
 * @param {string} [choice] The vote that it sends.
 */
async function act(work, choice) {
  if (busy) return;
  busy = true;
  view.showBusy(true, choice);
  clearInterval(countdown);
  countdown = undefined;
  try {
    await work();
  } catch (error) {
    if (error !== ended) {
      console.error(error);
      view.showMessage("Something went wrong", "Please load this page again. Your votes are safe.", "Load again");
    }
  } finally {
    busy = false;
    view.showBusy(false);
  }
}

/**
 * Asks the server, however long it takes.
 *
 * @param {string} method Of HTTP.
 * @param {string} path Of the route.
 * @param {unknown} [body] What to say.
 * @param {string} [late] How it stands, for the page to show if it takes more than one try.
 */
async function ask(method, path, body, late = "One moment") {
  let waited = false;
  /** @type {(seconds: number, asked: boolean) => void} */
  const waiting = (seconds, asked) => {
    waited = true;
    view.notify(`${late}: ${asked ? `going on in ${Math.ceil(seconds)} s` : "trying again"}…`, "standing");
  };
  const reply = await insist(() => send(method, path, body), waiting);
  if (waited) view.notify("");
  if (reply.status === 401 && path !== "/v1/session") end("Your session has ended");
  return reply;
}

/**
 * Says that there is no session, and stops.
 *
 * @param {string} heading Why.
 * @returns {never}
 */
function end(heading) {
  task = undefined;
  view.notify("");
  view.hideTools();
  const unsent = kept("vote") ? " Your last vote is kept in this tab until then." : "";
  view.showMessage(heading, `Please ask whoever invited you for a new link, and open it here.${unsent}`);
  throw ended;
}

/** Begins or resumes a session: by the invitation in the address, or by the cookie. @returns {Promise<Session>} */
async function enter() {
  const invitation = location.hash.slice(1);
  if (invitation !== "") {
    const reply = await ask("POST", "/v1/session", { invitation });
    history.replaceState(null, "", location.pathname + location.search);
    if (reply.status < 300) return /** @type {Session} */ (reply.body);
  }
  const reply = await ask("GET", "/v1/session");
  if (reply.status === 200) return /** @type {Session} */ (reply.body);
  return end(invitation === "" ? "You need a link to begin" : "This link does not work any more");
}

/**
 * Shows what the server has next: a task, a pause or the end.
 *
 * @param {string} [said] What to tell screen readers first.
 */
async function next(said = "") {
  const reply = await ask("POST", "/v1/session/next");
  if (reply.status !== 200) throw new Error(detailOf(reply));
  const given = /** @type {Next} */ (reply.body);
  if (given.outcome === "task") return begin(given.task, said);
  task = undefined;
  if (given.outcome === "wait") return pause(given.seconds);
  const { votes } = progress;
  const compared = votes === 1 ? "one pair" : `${votes} pairs`;
  view.showMessage(
    "All done. Thank you!",
    `You compared ${compared}. You may close this page; Undo brings the last one back.`,
  );
  view.announce(`${said} All done.`.trim());
}

/**
 * Shows a task.
 *
 * @param {Task} given The task.
 * @param {string} said What to tell screen readers first.
 */
function begin(given, said) {
  task = given;
  const draft = kept(`draft.${task.id}`);
  view.showTask(task, typeof draft === "string" ? draft : "");
  const number = progress.votes + 1;
  view.announce(`${said} Task ${number} of ${Math.max(number, progress.votes + progress.left)}.`.trim());
  watch.start();
  quietUntil = performance.now() + quiet;
}

/**
 * Shows that there is nothing to do for a while, and then asks again.
 *
 * @param {number} seconds How long.
 */
function pause(seconds) {
  const until = performance.now() + Math.max(1, seconds) * 1_000;
  const tell = () => {
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1_000));
    const clock = `${Math.floor(left / 60)}:${`${left % 60}`.padStart(2, "0")}`;
    view.explain(`Others are comparing what is left. This page asks again by itself in ${clock}.`);
    if (left === 0) act(again);
  };
  view.showMessage("Nothing to compare just now", "", "Ask now");
  countdown = setInterval(tell, 500);
  tell();
}

/** Asks after a pause, in which others may have left something. */
async function again() {
  await refresh();
  await next();
}

/**
 * Votes on the task that is shown.
 *
 * @param {Ballot["choice"]} choice What is said.
 */
function vote(choice) {
  const voted = task;
  if (!voted || performance.now() < quietUntil) return;
  act(async () => {
    const written = comment.value.trim();
    /** @type {Ballot} */
    const ballot = { id: uuid(), task: voted.id, choice, ...written && { comment: written }, dwell: watch.read() };
    keep("vote", ballot);
    view.notify("");
    await deliver(ballot);
  }, choice);
}

/**
 * Brings a vote to the server, the very same however often it takes, and goes on.
 *
 * @param {Ballot} ballot The vote.
 */
async function deliver(ballot) {
  const reply = await ask("POST", "/v1/session/votes", ballot, "Not saved yet");
  keep("vote", undefined);
  if (reply.status === 200) {
    ({ progress } = /** @type {{ progress: Progress }} */ (reply.body));
    keep(`draft.${ballot.task}`, undefined);
    view.showProgress(progress);
    return await next("Vote saved.");
  }
  const refusal = refusals[reply.status];
  view.notify(refusal ?? `The vote was not taken. ${detailOf(reply)}`, refusal ? "passing" : "standing");
  if (!refusal && task) return; // it can be changed
  keep(`draft.${ballot.task}`, undefined);
  await again();
}

/** Takes back the last vote and shows its task. */
function undo() {
  const { last } = progress;
  if (!last) return;
  act(async () => {
    view.notify("");
    const reply = await ask("DELETE", `/v1/session/votes/${last.id}`, undefined, "Not taken back yet");
    if (reply.status !== 200) {
      view.notify(`The vote could not be taken back. ${detailOf(reply)}`);
      await refresh();
      if (!task) await next();
      return;
    }
    const { vote, ...rest } = /** @type {{ vote: Vote, task: Task, progress: Progress }} */ (reply.body);
    progress = rest.progress;
    view.showProgress(progress);
    keep(`draft.${rest.task.id}`, vote.comment);
    begin(rest.task, "");
    view.notify(`Taken back. You had said: ${view.labelOf(vote.choice)}.`);
  });
}

/** Asks anew how far the annotator is. */
async function refresh() {
  const reply = await ask("GET", "/v1/session");
  if (reply.status !== 200) end("Your session has ended");
  ({ progress } = /** @type {Session} */ (reply.body));
  view.showProgress(progress);
}

/** Signs out and forgets all that this tab knows. */
function leave() {
  goodbye.close();
  act(async () => {
    await ask("DELETE", "/v1/session");
    forget();
    task = undefined;
    view.notify("");
    view.hideTools();
    view.showMessage("You are signed out", "Thank you. To come back, please ask for a new link.");
  });
}

/** A random UUID; `crypto.randomUUID` is there only with HTTPS or on the machine itself. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte, i) => (i === 6 ? byte & 15 | 64 : i === 8 ? byte & 63 | 128 : byte).toString(16));
  return hex.map((pair) => pair.padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Shows the instructions, or puts them away. */
function toggleInstructions() {
  if (instructions.open) instructions.close();
  else instructions.showModal();
}

/** What keys do. @type {Readonly<Record<string, () => void>>} */
const keys = {
  1: () => vote("left"),
  2: () => vote("right"),
  0: () => vote("tie"),
  b: () => vote("bad"),
  s: () => vote("skip"),
  u: undo,
  c: () => comment.focus(),
  i: toggleInstructions,
  "?": toggleInstructions,
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (target === comment && key === "Escape") view.element("prompt-title", HTMLElement).focus({ preventScroll: true });
  const typing = target instanceof Element && target.matches("textarea, input:not([type=checkbox])");
  const modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey && /^[a-z]$/i.test(key);
  if (typing || modified || event.repeat || event.isComposing || busy || event.defaultPrevented) return;
  const action = Object.hasOwn(keys, key.toLowerCase()) ? keys[key.toLowerCase()] : undefined;
  const covered = goodbye.open || instructions.open && action !== toggleInstructions;
  if (!action || !keysInUse.checked || covered || action !== toggleInstructions && action !== undo && !task) return;
  event.preventDefault(); // the key that goes to the comment is no part of it
  action();
});

for (const button of view.voteButtons) {
  const choice = /** @type {Ballot["choice"]} */ (button.dataset.choice);
  button.addEventListener("click", () => vote(choice));
}
view.element("undo", HTMLButtonElement).addEventListener("click", undo);
view.element("help", HTMLButtonElement).addEventListener("click", toggleInstructions);
view.element("close", HTMLButtonElement).addEventListener("click", toggleInstructions);
view.element("leave", HTMLButtonElement).addEventListener("click", () => goodbye.showModal());
view.element("stay", HTMLButtonElement).addEventListener("click", () => goodbye.close());
view.element("sign-out", HTMLButtonElement).addEventListener("click", leave);
view.element("onward", HTMLButtonElement).addEventListener("click", () => countdown ? act(again) : location.reload());
keysInUse.addEventListener("change", () => useKeys(keysInUse.checked));
comment.addEventListener("focus", () => comment.scrollIntoView({ block: "nearest" })); // from behind the votes
comment.addEventListener("input", () => {
  view.fitComment();
  if (task) keep(`draft.${task.id}`, comment.value);
});
addEventListener("hashchange", () => location.reload()); // another link was opened in this tab
addEventListener("beforeunload", (event) => {
  if (busy && kept("vote")) event.preventDefault();
});

/**
 * Switches the keys on or off, and their hints with them.
 *
 * @param {boolean} use Whether they are used.
 */
function useKeys(use) {
  keysInUse.checked = use;
  document.body.classList.toggle("no-keys", !use);
  keep("keys", use);
}

/**
 * Shows the instructions to who has not seen them in this tab, and waits until they are read.
 *
 * @param {string} text The instructions.
 */
async function instruct(text) {
  view.say("guide", text);
  if (kept("instructions") === text) return;
  view.showMessage("Welcome", "");
  instructions.showModal();
  await new Promise((resolve) => instructions.addEventListener("close", resolve, { once: true }));
  keep("instructions", text);
}

useKeys(kept("keys") !== false);
act(async () => {
  const session = await enter();
  ({ progress } = session);
  view.showProgress(progress);
  const ballot = /** @type {Ballot | undefined} */ (kept("vote"));
  if (!ballot) await instruct(session.instructions);
  else view.say("guide", session.instructions);
  await (ballot ? deliver(ballot) : next());
});
