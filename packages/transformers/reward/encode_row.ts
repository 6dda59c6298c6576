/** A prompt and a response become the ids that a reward model reads. */
import type { PreTrainedTokenizer } from "@huggingface/transformers";
import type { RewardRow } from "@tare/eval";

/** What is scored: a prompt and what was said to it. */
export type RewardTexts = Pick<RewardRow, "prompt" | "response">;

/**
 * How prompt and response become one text: `chat` renders a user's and an assistant's turn by the chat template, `pair` gives
 * the tokenizer two texts, which it separates as it was trained to, `text` puts the response right behind the prompt.
 */
export type RewardForm = "chat" | "pair" | "text";

/** What a model reads, one number for each token. */
export interface Encoded {
  /** Ids of the tokens. */
  readonly ids: readonly number[];
  /** Which of the two texts a token is of, where the model wants to know. */
  readonly types?: readonly number[];
}

/**
 * Encodes a row. One that is too long loses the beginning of its prompt: the response is what is scored, so it stays whole.
 *
 * @param tokenizer The model's tokenizer.
 * @param row Prompt and response.
 * @param form How they become one text.
 * @param limit Most tokens.
 * @param template The chat template, where it is not in the tokenizer's configuration.
 * @returns The ids; nothing if the response alone is too long, or there is nothing to read.
 */
export function encodeRow(
  tokenizer: PreTrainedTokenizer,
  { prompt, response }: RewardTexts,
  form: RewardForm,
  limit: number,
  template?: string,
): Encoded | undefined {
  const bare = (text: string) => tokenizer.encode(text, { add_special_tokens: false });
  if (form === "pair") {
    return shorten(encode(tokenizer, prompt, { text_pair: response }), () => [bare(prompt), 0], limit);
  }
  const chat = form === "chat";
  const text = chat ? renderRow(tokenizer, prompt, response, template) : prompt + response;
  const begin = chat ? Math.max(0, text.lastIndexOf(response.trim())) : prompt.length;
  return shorten(
    encode(tokenizer, text, { add_special_tokens: !chat }), // a template has the special tokens already
    () => [bare(text), bare(text.slice(begin)).length],
    limit,
  );
}

function encode(tokenizer: PreTrainedTokenizer, text: string, options: object): Encoded {
  const wanted = tokenizer.config.model_input_names?.includes("token_type_ids") || null; // null: as its class has it
  const { input_ids, token_type_ids } = tokenizer(text, {
    ...options,
    return_tensor: false,
    return_token_type_ids: wanted,
  });
  return { ids: input_ids, ...token_type_ids && { types: token_type_ids } };
}

function renderRow(tokenizer: PreTrainedTokenizer, prompt: string, response: string, chat_template?: string): string {
  const messages = [{ role: "user", content: prompt }, { role: "assistant", content: response }];
  return tokenizer.apply_chat_template(messages, {
    tokenize: false,
    ...chat_template !== undefined && { chat_template },
  });
}

/** Takes what is too much from the beginning of the first text; `parts` gives its ids, and how many at its end must stay. */
function shorten(
  row: Encoded,
  parts: () => [first: readonly number[], keep: number],
  limit: number,
): Encoded | undefined {
  const { ids, types } = row;
  if (ids.length === 0) return undefined;
  const excess = ids.length - limit;
  if (excess <= 0) return row;
  const [first, keep] = parts();
  if (excess > first.length - keep) return undefined;
  let at = 0; // behind the special tokens that begin the row
  while (first.some((id, i) => ids[at + i] !== id)) at++;
  const without = (numbers: readonly number[]) => [...numbers.slice(0, at), ...numbers.slice(at + excess)];
  return { ids: without(ids), ...types && { types: without(types) } };
}
