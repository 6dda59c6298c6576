/** What a failure advises, in the words of the command. */
import { type Ask, AskError, askOf } from "@tare/eval";

/** The library's words, and what they are here. */
const words: readonly (readonly [string, string])[] = [
  ["; check apiKey", "; check the key in the variable OPENAI_API_KEY"],
  ["; check model and baseURL", "; check the name of the model and the address"],
  ["; lower concurrency or perMinute", "; lower --concurrency or --per-minute"],
  ["; raise timeout", "; lower --concurrency, or take a faster server"],
  [": give that one as baseURL", ": give that one"],
];

/**
 * Names flags and variables where the library names settings of its own.
 *
 * @param ask Whom to ask.
 * @returns The same, whose failures a user of the command can act on.
 */
export function advised(ask: Ask): Ask {
  return askOf(ask.id, async (question, options) => {
    try {
      return await ask(question, options);
    } catch (error) {
      if (error instanceof AskError) {
        for (const [theirs, ours] of words) error.message = error.message.replace(theirs, ours);
      }
      throw error;
    }
  });
}
