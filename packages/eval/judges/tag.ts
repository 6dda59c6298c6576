/** What no judged text can hold. */
import { bare } from "./parse.ts";

/**
 * Hashes texts.
 *
 * @param texts Any; no two lists of texts give the same hash.
 * @returns SHA-256, 64 hexadecimal digits.
 */
export async function hashOf(texts: readonly string[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(texts)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The tag of a question: equal questions have equal ones, so that answers can be remembered. A text that should hold the
 * tag would have to hold a hash of itself, which does not become easier for who knows the other texts; should one do so all
 * the same, there is another tag.
 *
 * @param template Id of the template.
 * @param texts The judged texts, in their order.
 * @returns 16 hexadecimal digits that stand in none of the texts, not even with invisible characters in between.
 */
export async function tagOf(template: string, texts: readonly string[]): Promise<string> {
  const seen = texts.map(bare);
  for (let round = 0;; round++) {
    const tag = (await hashOf(["tare: tag of a judged text", `${round}`, template, ...texts])).slice(0, 16);
    if (!seen.some((text) => text.includes(tag))) return tag;
  }
}
