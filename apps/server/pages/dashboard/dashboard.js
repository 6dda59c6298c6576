// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The admin's pages: forms talk to the API, and what is live shows itself anew when the server says that it changed. */
import { detailOf, send } from "../client.js";

const state = /** @type {HTMLElement} */ (document.getElementById("state"));

/**
 * The page as it is now. XMLHttpRequest parses it into a document whose scripts never run, so that no text has to become HTML
 * here, which the page's policy forbids.
 *
 * @returns {Promise<Document>} The page.
 */
function fetchPage() {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.pathname);
    request.responseType = "document";
    request.onload = () => {
      const page = request.responseXML;
      if (request.status === 200 && page && request.responseURL.endsWith(location.pathname)) resolve(page);
      else if (request.status === 404) location.assign("/");
      else if (request.responseURL.endsWith("/login")) location.assign("/login");
      else reject(new Error(`status ${request.status}`));
    };
    request.onerror = () => reject(new Error("no connection"));
    request.send();
  });
}

/** Puts what is live in the page's new form into this one; what is open, scrolled or has the focus stays so. */
async function show() {
  const page = await fetchPage();
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (!fresh || fresh.isEqualNode(part)) continue;
    const open = [...part.querySelectorAll("details[open]")].map(({ id }) => id);
    const scrolled = [...part.querySelectorAll(".scroll")].map(({ scrollLeft }) => scrollLeft);
    const focus = part.contains(document.activeElement) ? document.activeElement?.id : undefined;
    part.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    part.querySelectorAll(".scroll").forEach((table, i) => table.scrollLeft = scrolled[i] ?? 0);
    if (focus) document.getElementById(focus)?.focus();
  }
  document.body.dataset.pending = page.body.dataset.pending;
  if (page.body.dataset.pending === "yes") setTimeout(refresh, 1500);
}

let busy = false;
let again = false;

/** Shows the page anew, one time after the other; what changes meanwhile is in the next. */
async function refresh() {
  again = true;
  if (busy) return;
  busy = true;
  while (again) {
    again = false;
    await show().then(() => say(""), () => say("Not up to date: no connection"));
  }
  busy = false;
}

/** @param {string} words What holds of the whole page. */
function say(words) {
  if (state.textContent !== words) state.textContent = words;
}

/** Follows what changes. A browser that was cut off comes back by itself. */
function follow() {
  const address = document.body.dataset.events;
  if (!address) return void setInterval(refresh, 10_000); // the list of all: progress, now and then
  const events = new EventSource(address);
  events.addEventListener("changed", refresh);
  events.addEventListener("deleted", () => location.assign("/"));
  events.onopen = () => say("");
  events.onerror = () => say("Connection lost: coming back…");
}

/**
 * The fields of a form, by their names: numbers as numbers, lines as lists, empty ones left out.
 *
 * @param {HTMLFormElement} form The form.
 * @returns {Record<string, unknown>} What it says.
 */
function fieldsOf(form) {
  /** @type {Record<string, unknown>} */
  const said = {};
  for (const field of form.elements) {
    const { name, type, value, dataset } = /** @type {HTMLInputElement} */ (field);
    if (name === "" || value.trim() === "") continue;
    const lines = () => value.split("\n").map((line) => line.trim()).filter(Boolean);
    said[name] = type === "number" ? Number(value) : "lines" in dataset ? lines() : value.trim();
  }
  return said;
}

/**
 * Lists links that are told once, each with a button that copies it.
 *
 * @param {Element} form Whose they are.
 * @param {{ invitations: readonly { annotator: string; url: string }[] }} body What the server said.
 */
function showLinks(form, { invitations }) {
  const list = /** @type {Element} */ (form.querySelector(".links"));
  const note = Object.assign(document.createElement("li"), { className: "soft" });
  note.textContent = "These links are shown once: send each person theirs.";
  list.replaceChildren(
    note,
    ...invitations.map(({ annotator, url }) => {
      const [item, name, link] = [
        document.createElement("li"),
        document.createElement("b"),
        document.createElement("input"),
      ];
      const copy = document.createElement("button");
      name.textContent = annotator;
      Object.assign(link, { value: url, readOnly: true });
      link.setAttribute("aria-label", `Link of ${annotator}`);
      link.addEventListener("focus", () => link.select());
      Object.assign(copy, { type: "button", textContent: "Copy" });
      copy.setAttribute("aria-label", `Copy the link of ${annotator}`);
      copy.addEventListener("click", async () => {
        link.select();
        // Without HTTPS there is a clipboard on the machine itself alone.
        const written = navigator.clipboard?.writeText(url) ?? Promise.reject();
        const copied = await written.then(() => true, () => document.execCommand("copy"));
        if (copied) copy.textContent = "Copied";
      });
      item.append(name, link, copy);
      return item;
    }),
  );
}

/**
 * Does what a form or a button says, and what comes after it.
 *
 * @param {HTMLElement} source The form or the button.
 * @param {() => Promise<{ status: number; body: unknown }>} request Sends it.
 */
async function act(source, request) {
  const outcome = source.querySelector(".outcome");
  const tell = (/** @type {string} */ words) => outcome ? outcome.textContent = words : say(words);
  const buttons = source.matches("button") ? [source] : [...source.querySelectorAll("button")];
  for (const button of buttons) button.setAttribute("disabled", "");
  tell("");
  const reply = await request().catch(() => undefined);
  for (const button of buttons) button.removeAttribute("disabled");
  if (!reply) return tell("No connection: try again.");
  if (reply.status === 401) return location.assign("/login");
  if (reply.status >= 400) return tell(detailOf(reply));
  const then = source.dataset.then ?? "show";
  if (then === "load") return location.reload();
  if (then.startsWith("/")) return location.assign(then);
  if (source instanceof HTMLFormElement) source.reset(); // before there are links, which stand in fields too
  if (then === "links") showLinks(source, /** @type {never} */ (reply.body));
  await refresh();
}

/**
 * Makes an evaluation of files, one behind the other.
 *
 * @param {HTMLFormElement} form With their names.
 * @returns {Promise<{ status: number; body: unknown }>} What the server says.
 */
async function upload(form) {
  const said = new FormData(form);
  const files = said.getAll("files").flatMap((file) => [file, "\n"]);
  const response = await fetch(`/v1/evaluations?name=${encodeURIComponent(String(said.get("name")).trim())}`, {
    method: "POST",
    headers: { "content-type": "application/jsonl" },
    body: new Blob(files),
  });
  const body = await response.json();
  if (response.ok) form.dataset.then = `/evaluations/${body.id}`;
  return { status: response.status, body };
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const { method, path, confirm } = form.dataset;
  if (form.id === "upload") return void act(form, () => upload(form));
  if (!method || !path) return;
  if (confirm === undefined) return void act(form, () => send(method, path, fieldsOf(form)));
  const typed = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  if (typed.value.trim() === confirm.trim()) return void act(form, () => send(method, path));
  /** @type {Element} */ (form.querySelector(".outcome")).textContent = "This is another name.";
  typed.focus();
});

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("button[data-path]");
  if (!(button instanceof HTMLElement)) return;
  const { method = "POST", path = "" } = button.dataset;
  act(button, () => send(method, path));
});

follow();
if (document.body.dataset.pending === "yes") setTimeout(refresh, 1500);
