/** A checkpoint's files become a tokenizer. */
import type { CheckpointFiles } from "@tare/core";
import { chatRenderer, findTemplate, hashTemplate } from "./chat.ts";
import { type Codec, createCodec, findAnchor } from "./codec.ts";
import { forCompletions } from "./completion.ts";
import { readText } from "./files.ts";
import {
  idsOf,
  readEnds,
  readTokenizerConfig,
  readTokenizerJson,
  type SpecialTokenField,
  vocabularyOf,
} from "./schema.ts";
import type { TokenizerConfig, TokenizerJson } from "./schema.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** How to load a tokenizer. */
export interface LoadTokenizerOptions {
  /**
   * Builds what the files describe; `@tare/transformers` passes another library's classes.
   *
   * @default {one over `@huggingface/tokenizers`}
   */
  codec?: (json: TokenizerJson, config: TokenizerConfig) => Codec;
}

/**
 * Loads a tokenizer in Hugging Face's layout: `tokenizer.json`, and where there are any `tokenizer_config.json`,
 * `special_tokens_map.json`, `chat_template.jinja`, `generation_config.json` and `config.json`.
 *
 * Prompt and completion are encoded each on its own, so the ids of a completion depend on its text alone. Text that is
 * decoded is never cleaned up, whatever the configuration says: spaces in front of punctuation stay.
 *
 * @param files Where the files are.
 * @param options What builds it.
 * @returns The tokenizer.
 * @throws {TypeError} If there is no `tokenizer.json`.
 * @throws {SyntaxError} If a file is malformed; the message names file and field.
 *
 * @example Usage
 * ```ts
 * import { loadTokenizer } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const json = {
 *   model: { type: "WordLevel", vocab: { "good": 0, " day": 1, "?": 2 }, unk_token: "?" },
 *   pre_tokenizer: { type: "Split", pattern: { Regex: " ?\\w+" }, behavior: "Isolated" },
 *   decoder: { type: "Fuse" },
 * };
 * const files: Record<string, Blob> = { "tokenizer.json": new Blob([JSON.stringify(json)]) };
 * const tokenizer = await loadTokenizer({ open: (name) => Promise.resolve(files[name]) });
 * assertEquals(tokenizer.encode("good day"), [0, 1]);
 * assertEquals(tokenizer.decode([0, 1]), "good day");
 * ```
 */
export async function loadTokenizer(
  files: CheckpointFiles,
  { codec = createCodec }: LoadTokenizerOptions = {},
): Promise<Tokenizer> {
  const json = await readTokenizerJson(files);
  const config = await readTokenizerConfig(files);
  const template = findTemplate(await readText(files, "chat_template.jinja"), config);
  const first = codec(json, config);
  const bare = forCompletions(json);
  const later = bare === json ? first : codec(bare, config); // a large vocabulary takes a second to build
  const vocabulary = vocabularyOf(json);
  const anchor = findAnchor(later, idsOf(json));
  const idOf = (field: SpecialTokenField) => {
    const token = config[field];
    if (token == null) return undefined;
    const id = first.idOf(token);
    if (id !== undefined) return id;
    throw new SyntaxError(`Cannot use tokenizer_config.json: ${field}: tokenizer.json has no token ${token}`);
  };
  const named = await readEnds(files);
  const eos = idOf("eos_token") ?? named[0];
  return {
    vocabulary,
    bos: idOf("bos_token"),
    eos,
    ends: [...new Set(eos === undefined ? named : [eos, ...named])],
    pad: idOf("pad_token"),
    templateHash: hashTemplate(template),
    encode: (text, { special = false } = {}) => first.encode(text, special),
    encodeCompletion: (text) => later.encode(text, false),
    decode(ids, { special = false, completion = false } = {}) {
      if (!completion || !anchor) return first.decode(Array.from(ids), special);
      return first.decode([anchor.id, ...Array.from(ids)], special).slice(anchor.text.length);
    },
    renderChat: chatRenderer(template, config),
  };
}
