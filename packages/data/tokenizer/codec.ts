/** Ids of texts and texts of ids, exactly: the library's tokenizer with its corners rounded off. */
import { type Decoder, Tokenizer as Library } from "@huggingface/tokenizers";
import type { TokenizerConfig, TokenizerJson } from "./schema.ts";

/** Ids of texts and texts of ids. */
export interface Codec {
  /** Ids of a text, with the special tokens around it or without. */
  encode(text: string, special: boolean): number[];
  /** Text of ids, with special tokens or without. */
  decode(ids: readonly number[], special: boolean): string;
  /** Id of a token. */
  idOf(token: string): number | undefined;
}

/**
 * Builds what `tokenizer.json` describes.
 *
 * @throws {SyntaxError} If it describes something that the library does not know.
 */
export function createCodec(json: TokenizerJson, config: TokenizerConfig): Codec {
  const unknown = config.unk_token ?? json.model.unk_token; // the library takes the configuration's for WordLevel
  const library = build(json, { ...config, unk_token: unknown });
  if (library.decoder) keepByteOrderMarks(library.decoder);
  return {
    encode(text, special) {
      const { ids, tokens } = library.encode(text, { add_special_tokens: special });
      const bad = ids.findIndex((id) => id === undefined);
      if (bad < 0) return ids;
      throw new RangeError(
        `Cannot encode ${
          JSON.stringify(tokens[bad])
        }: the tokenizer has neither a token for it nor one for the unknown`,
      );
    },
    decode(ids, special) {
      const known = ids.filter((id) => library.id_to_token(id) !== undefined);
      if (known.length === 0) return "";
      // Cleaning up spaces in front of punctuation would change texts that had them.
      return library.decode(known, { skip_special_tokens: !special, clean_up_tokenization_spaces: false });
    },
    idOf: (token) => library.token_to_id(token),
  };
}

function build(json: TokenizerJson, config: object): Library {
  try {
    return new Library(json, config);
  } catch (error) {
    throw new SyntaxError(`Cannot use tokenizer.json: ${(error as Error).message}`, { cause: error });
  }
}

/** The library's byte fallback drops U+FEFF where it begins a run of bytes. */
function keepByteOrderMarks(decoder: Decoder & { text_decoder?: TextDecoder; decoders?: Decoder[] }): void {
  if (decoder.text_decoder) decoder.text_decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  decoder.decoders?.forEach(keepByteOrderMarks);
}

/**
 * An id whose text is whole and stays the same whatever follows: with it in front, ids decode as they do inside a text.
 */
export function findAnchor(codec: Codec, ids: Iterable<number>): { id: number; text: string } | undefined {
  for (const id of ids) {
    const text = codec.decode([id], false);
    if (text !== "" && !text.includes("\ufffd") && codec.decode([id, id], false).startsWith(text)) return { id, text };
  }
}
