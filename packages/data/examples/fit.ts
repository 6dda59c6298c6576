/** Token ids of prompts and completions, and how a prompt gives up its oldest turns to fit. */
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { PromptText } from "./examples.ts";

/** Refuses lengths that are none: every example would be too long, and nothing would say why. */
export function checkContext(context: number): void {
  if (Number.isSafeInteger(context) && context >= 1) return;
  throw new RangeError(`Expected a context of 1 token or more but found ${context}`);
}

/**
 * Ids, one or more, of the longest of [prompt, ...shorter] with at most `room` tokens, or nothing if none is that short. Found by
 * halving, so that a prompt with thousands of turns is not encoded thousands of times.
 */
export function fitPrompt(tokenizer: Tokenizer, prompt: PromptText, room: number): readonly number[] | undefined {
  const { shorter = [], rendered = false } = prompt;
  const whole = promptIds(tokenizer, prompt.prompt, rendered);
  if (whole.length <= room) return whole;
  let found: readonly number[] | undefined;
  for (let [low, high] = [1, shorter.length + 1]; low < high;) {
    const middle = (low + high) >> 1;
    const ids = promptIds(tokenizer, shorter[middle - 1]!, rendered);
    if (ids.length <= room) [found, high] = [ids, middle];
    else low = middle + 1;
  }
  return found;
}

/** Ids of a prompt; an empty one becomes the token that begins or ends a text, since something must come first. */
function promptIds(tokenizer: Tokenizer, text: string, rendered: boolean): readonly number[] {
  const ids = tokenizer.encode(text, { special: !rendered });
  if (ids.length > 0) return ids;
  const first = tokenizer.bos ?? tokenizer.eos;
  if (first !== undefined) return [first];
  throw new RangeError(
    "Cannot encode an empty prompt: the tokenizer has neither bos_token nor eos_token to stand in its place; give " +
      "every example a prompt, or name one of them in tokenizer_config.json",
  );
}

/**
 * Ids of a completion with the token that ends it, or nothing if there is nothing to say before the end. Templates end a
 * turn themselves, and some put a line break behind: generation stops before that, so it is dropped.
 */
export function completionIds(tokenizer: Tokenizer, text: string): readonly number[] | undefined {
  const ids = tokenizer.encodeCompletion(text);
  let end = ids.length;
  while (end > 0 && blank(tokenizer, ids[end - 1]!)) end--;
  const ended = end > 0 && tokenizer.ends.includes(ids[end - 1]!);
  const said = ended ? ids.slice(0, end - 1) : ids;
  if (said.every((id) => blank(tokenizer, id))) return undefined;
  if (ended) return ids.slice(0, end);
  return tokenizer.eos === undefined ? ids : [...ids, tokenizer.eos];
}

function blank(tokenizer: Tokenizer, id: number): boolean {
  return tokenizer.decode([id], { special: true, completion: true }).trim() === "";
}
