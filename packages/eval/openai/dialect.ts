/** What a server understands of a question, learned from what it refuses. */
import type { Question } from "../ask/ask.ts";

/** Fields that servers differ in. */
export interface Dialect {
  /** Whether the model is held to a question's JSON schema. @default {true} */
  readonly schema: boolean;
  /** Whether the temperature is said; models that reason refuse any but their own. @default {true} */
  readonly temperature: boolean;
  /** The name of the most tokens of an answer. @default {`max_completion_tokens` at OpenAI, `max_tokens` elsewhere} */
  readonly tokenLimit: "max_tokens" | "max_completion_tokens";
}

/**
 * Makes the body of `POST /chat/completions`.
 *
 * @param question What is asked.
 * @param model The server's name of the model.
 * @param dialect What the server understands.
 * @returns Its fields.
 */
export function bodyOf(question: Question, model: string, dialect: Dialect): Record<string, unknown> {
  const { messages, maxTokens, temperature, schema } = question;
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    [dialect.tokenLimit]: maxTokens,
    ...dialect.temperature && { temperature },
    ...schema && dialect.schema && {
      response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
    },
  };
}

const unknownField = /unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|extra/i;

/**
 * What to leave out or rename after a refusal.
 *
 * @param refusal What the server said about a request that it did not understand.
 * @param dialect How the request was put.
 * @param first How requests were put at first: a field that was renamed once is not renamed again.
 * @returns The dialect to go on with; nothing if the refusal names none of its fields.
 */
export function afterRefusal(refusal: string, dialect: Dialect, first: Dialect): Dialect | undefined {
  if (dialect.schema && /response_format|json_schema|guided|structured.?output/i.test(refusal)) {
    return { ...dialect, schema: false };
  }
  if (!unknownField.test(refusal)) return undefined; // such as too long a prompt, which names max_tokens too
  const { tokenLimit } = dialect;
  if (tokenLimit === first.tokenLimit && new RegExp(`\\b${tokenLimit}\\b`).test(refusal)) {
    return { ...dialect, tokenLimit: tokenLimit === "max_tokens" ? "max_completion_tokens" : "max_tokens" };
  }
  if (dialect.temperature && /\btemperature\b/.test(refusal)) return { ...dialect, temperature: false };
  return undefined;
}
