/** What is refused of prompts, whoever completes them. */
import type { Prompt } from "./sampler.ts";

/**
 * Checks prompts before anything is drawn.
 *
 * @param prompts The caller's.
 * @throws {TypeError} If a prompt has neither text nor tokens.
 * @throws {RangeError} If two have one id: nobody could tell their completions apart.
 */
export function checkPrompts(prompts: readonly Prompt[]): void {
  const ids = new Set<string>();
  for (const { id, text, tokens } of prompts) {
    if (text === undefined && tokens === undefined) {
      throw new TypeError(`Expected prompt "${id}" to have a text or tokens but found neither`);
    }
    if (ids.has(id)) {
      throw new RangeError(`Expected an id of its own for each prompt but found "${id}" twice: to draw more, raise n`);
    }
    ids.add(id);
  }
}
