// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** What the page keeps in its tab, so that a reload loses nothing. Where the browser keeps nothing, it lasts as long as the page. */

/** @type {Map<string, string>} */
const memory = new Map();

/**
 * Keeps a value.
 *
 * @param {string} name What to call it.
 * @param {unknown} value Anything that JSON can hold; `undefined` forgets it.
 */
export function keep(name, value) {
  const text = JSON.stringify(value);
  if (text === undefined) memory.delete(name);
  else memory.set(name, text);
  try {
    if (text === undefined) sessionStorage.removeItem(`tare.${name}`);
    else sessionStorage.setItem(`tare.${name}`, text);
  } catch { /* memory has it */ }
}

/**
 * Gives what was kept.
 *
 * @param {string} name What it was called.
 * @returns {unknown} The value; nothing if there is none.
 */
export function kept(name) {
  try {
    const text = memory.get(name) ?? sessionStorage.getItem(`tare.${name}`);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Forgets all. */
export function forget() {
  memory.clear();
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith("tare.")) sessionStorage.removeItem(name);
  } catch { /* there is nothing to forget */ }
}
