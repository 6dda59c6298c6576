// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** Signs an admin in: with the token behind the `#` of the address, or with one that is typed. */
import { detailOf, insist, send } from "../client.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("form"));
const field = /** @type {HTMLInputElement} */ (document.getElementById("token"));
const problem = /** @type {HTMLElement} */ (document.getElementById("problem"));
const button = /** @type {HTMLButtonElement} */ (document.getElementById("enter"));

/**
 * Sends a token and goes on to the dashboard.
 *
 * @param {string} token The token.
 */
async function signIn(token) {
  button.disabled = true;
  problem.textContent = "Signing in…";
  /** @type {(seconds: number, asked: boolean) => void} */
  const waiting = (seconds, asked) => {
    const busy = `Too many tries: going on in ${Math.ceil(seconds)} s…`;
    problem.textContent = asked ? busy : "No connection: trying again…";
  };
  const reply = await insist(() => send("POST", "/v1/login", { token }), waiting);
  if (reply.status < 300) return location.replace("/");
  problem.textContent = reply.status === 401 ? "This token is not known here." : detailOf(reply);
  button.disabled = false;
  field.select();
}

/** Takes the token out of the address, so that it stays in no history. */
function fromAddress() {
  const token = location.hash.slice(1);
  if (token === "") return;
  history.replaceState(null, "", location.pathname + location.search);
  signIn(token);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!button.disabled) signIn(field.value.trim());
});
addEventListener("hashchange", fromAddress);
field.focus();
fromAddress();
