/** A tokenizer for texts that follow others: it adds nothing in front. */
import type { TokenizerJson, TokenizerPart } from "./schema.ts";

/** A normalizer or pre-tokenizer, or a sequence of them. */
interface Part extends TokenizerPart {
  readonly normalizers?: readonly Part[];
  readonly pretokenizers?: readonly Part[];
}

/** What each part that adds a space in front of a text becomes; nothing, where adding it is all that it does. */
const unprefixed: Readonly<Record<string, (part: Part) => Part | null>> = {
  Prepend: () => null,
  Metaspace: (part) => ({ ...part, prepend_scheme: "never" }) as Part,
  ByteLevel: (part) => ({ ...part, add_prefix_space: false }) as Part,
  Sequence: (part) => ({
    ...part,
    ...part.normalizers && { normalizers: part.normalizers.map(unprefix).filter(Boolean) as Part[] },
    ...part.pretokenizers && { pretokenizers: part.pretokenizers.map(unprefix).filter(Boolean) as Part[] },
  }),
};

function unprefix(part: Part): Part | null {
  return Object.hasOwn(unprefixed, part.type) ? unprefixed[part.type]!(part) : part;
}

/** The same tokenizer without what it puts in front of a text: prefix spaces and special tokens. */
export function forCompletions(json: TokenizerJson): TokenizerJson {
  const { normalizer, pre_tokenizer } = json;
  return {
    ...json,
    normalizer: normalizer && unprefix(normalizer),
    pre_tokenizer: pre_tokenizer && unprefix(pre_tokenizer),
    post_processor: null,
  };
}
