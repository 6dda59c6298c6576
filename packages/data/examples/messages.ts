/** Conversations as a model sees them: rendered by its chat template. */
import type { ChatMessage, Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Demonstration, PromptText } from "./examples.ts";
import { FieldError } from "./fields.ts";
import type { Skipped } from "./skips.ts";

type ChatRenderer = Pick<Tokenizer, "renderChat">;

/** Exchanges that a shortened prompt may have: each form is rendered anew, and a long conversation has thousands. */
const mostExchanges = 64;

/** The prompt up to the assistant's turn; `shorter` lacks the oldest exchanges, never what the system says. */
export function renderPrompt(
  renderer: ChatRenderer | undefined,
  messages: readonly ChatMessage[],
  field: string,
): PromptText {
  const spoken = messages.findIndex(({ role }) => role !== "system" && role !== "developer");
  const system = messages.slice(0, Math.max(0, spoken));
  const starts = messages.flatMap(({ role }, i) => i > spoken && spoken >= 0 && role === "user" ? [i] : []);
  const prompt = render(renderer, messages, field, { reply: true });
  const shorter = starts.slice(-mostExchanges).map((start) =>
    render(renderer, [...system, ...messages.slice(start)], field, { reply: true })
  );
  return { prompt, ...shorter.length > 0 && { shorter }, rendered: true };
}

/** The prompt of a conversation, and its last message as the completion: with what the template puts around it. */
export function renderConversation(
  renderer: ChatRenderer | undefined,
  messages: readonly ChatMessage[],
  field: string,
): Demonstration | Skipped {
  const last = messages.at(-1)!;
  if (last.role !== "assistant" || messages.length < 2) {
    throw new FieldError(
      `expected a message of the assistant behind others at the end but found ${
        messages.length < 2 ? "one message" : last.role
      }`,
      field,
    );
  }
  if (last.content.trim() === "") return { skip: "empty completion" };
  const prompt = renderPrompt(renderer, messages.slice(0, -1), field);
  const whole = render(renderer, messages, field, {});
  if (whole.startsWith(prompt.prompt)) return { ...prompt, completion: whole.slice(prompt.prompt.length) };
  throw new FieldError(
    "the chat template renders the conversation with its answer otherwise than without it, so no text is the prompt; " +
      "use a template without such exceptions, or prompt and completion as text",
    field,
  );
}

function render(
  renderer: ChatRenderer | undefined,
  messages: readonly ChatMessage[],
  field: string,
  options: { reply?: boolean },
): string {
  if (!renderer) {
    throw new TypeError(
      `Cannot read ${field} without a tokenizer: conversations become text by its chat template; name the model's`,
    );
  }
  try {
    return renderer.renderChat(messages, options);
  } catch (error) {
    if (error instanceof SyntaxError) throw new FieldError(error.message, field);
    throw error;
  }
}
