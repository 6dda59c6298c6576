/** HH-RLHF's transcripts: a whole conversation as one text, whose last answer is what was compared. */
import type { PromptText } from "./examples.ts";
import { FieldError } from "./fields.ts";

const [human, assistant] = ["\n\nHuman:", "\n\nAssistant:"];

/**
 * Splits a transcript behind its last `"\n\nAssistant:"`: that stays in the prompt, and the completion keeps the space in
 * front of it, so that both joined are the transcript.
 */
export function splitTranscript(text: string, field: string): { prompt: string; completion: string } {
  const at = text.lastIndexOf(assistant);
  if (at < 0) {
    throw new FieldError(
      `expected a transcript with ${JSON.stringify(assistant)}, or a field prompt beside it, but found neither`,
      field,
    );
  }
  const end = at + assistant.length;
  return { prompt: text.slice(0, end), completion: text.slice(end) };
}

/** A prompt as text; one that is a transcript can do without its oldest turns. */
export function plainPrompt(prompt: string): PromptText {
  if (!prompt.startsWith(human) || !prompt.endsWith(assistant)) return { prompt };
  const shorter: string[] = [];
  for (let at = 0; (at = prompt.indexOf(human, at + 1)) > 0;) shorter.push(prompt.slice(at));
  return shorter.length > 0 ? { prompt, shorter } : { prompt };
}
