/** Chat templates: conversations as a model was trained to see them. */
import { Template } from "@huggingface/jinja";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { TokenizerConfig } from "./schema.ts";
import type { ChatMessage } from "./tokenizer.ts";

/** The template that a checkpoint has: `chat_template.jinja`, else the configuration's one, or the default of several. */
export function findTemplate(file: string | undefined, { chat_template }: TokenizerConfig): string | undefined {
  if (file !== undefined) return file;
  if (typeof chat_template !== "object" || !chat_template) return chat_template ?? undefined;
  const found = chat_template.find(({ name }) => name === "default");
  if (found) return found.template;
  throw new SyntaxError(
    `Cannot use tokenizer_config.json: chat_template: expected one of the templates to be named default but found ` +
      `${chat_template.map(({ name }) => name).join(", ") || "none"}`,
  );
}

/** SHA-256 of a text in hexadecimal; nothing for nothing. */
export function hashTemplate(template: string | undefined): string {
  return template === undefined ? "" : bytesToHex(sha256(utf8ToBytes(template)));
}

/** What renders conversations; the template is parsed when it is first used, so that one that does not parse harms no other use. */
export function chatRenderer(
  template: string | undefined,
  { bos_token, eos_token, pad_token, unk_token }: TokenizerConfig,
): (messages: readonly ChatMessage[], options?: { reply?: boolean }) => string {
  let parsed: Template | undefined;
  return (messages, { reply = false } = {}) => {
    if (template === undefined) {
      throw new TypeError(
        `Cannot render a chat: the tokenizer has no template; add chat_template.jinja beside tokenizer.json`,
      );
    }
    try {
      parsed ??= new Template(template);
      const tokens = Object.entries({ bos_token, eos_token, pad_token, unk_token }).filter(([, token]) =>
        token != null
      );
      return parsed.render({ ...Object.fromEntries(tokens), messages, add_generation_prompt: reply });
    } catch (error) {
      throw new SyntaxError(`Cannot render a chat: the template says: ${(error as Error).message}`, { cause: error });
    }
  };
}
