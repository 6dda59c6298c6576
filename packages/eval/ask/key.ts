/** What a call is kept under. */
import type { Question } from "./ask.ts";

/**
 * The key of a question: SHA-256 over the canonical JSON (fields sorted) of who is asked and what.
 *
 * @param id Who is asked.
 * @param question What. Which of several answers is meant is part of it.
 * @returns 64 hexadecimal digits.
 */
export async function callKey(id: string, question: Question): Promise<string> {
  const text = canonicalJson({ id, question: { ...question, repeat: question.repeat ?? 0 } });
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * JSON whose fields are sorted, so that equal values have equal texts.
 *
 * @param value What to write.
 * @returns One line.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1));
  });
}
