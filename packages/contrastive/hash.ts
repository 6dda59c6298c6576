/** What a prompt's text is known by. */

/**
 * Hashes a rendered prompt: what rows of a table carry, so that a known id with another text is found out.
 *
 * @param prompt The rendered prompt.
 * @returns SHA-256 of its UTF-8, 64 hexadecimal digits.
 *
 * @example Usage
 * ```ts
 * import { hashPrompt } from "@tare/contrastive";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await hashPrompt("abc")).slice(0, 16), "ba7816bf8f01cfea");
 * ```
 */
export async function hashPrompt(prompt: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(prompt));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
