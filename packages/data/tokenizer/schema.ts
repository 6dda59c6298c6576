/** What Tare reads of a tokenizer's JSON files; the rest passes through to the library that understands it. */
import type { CheckpointFiles } from "@tare/core";
import { z } from "zod";
import { readJson } from "./files.ts";

/** A normalizer, pre-tokenizer, post-processor or decoder. */
export interface TokenizerPart {
  /** Which one it is. */
  readonly type: string;
}

/** What `tokenizer.json` holds. */
export interface TokenizerJson {
  /** The tokens, and how texts fall into them. */
  readonly model: {
    /** Ids of tokens, or tokens and their scores in the order of their ids. */
    readonly vocab: Readonly<Record<string, number>> | readonly (readonly [string, number])[];
    /** Token for what has none. */
    readonly unk_token?: string | null;
  };
  /** Tokens beside the model's. */
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
  /** Changes texts first. */
  readonly normalizer: TokenizerPart | null;
  /** Cuts texts into words. */
  readonly pre_tokenizer: TokenizerPart | null;
  /** Puts tokens around texts. */
  readonly post_processor: TokenizerPart | null;
  /** Makes texts of tokens. */
  readonly decoder: TokenizerPart | null;
}

/** Special tokens that a configuration names. */
export type SpecialTokenField = "bos_token" | "eos_token" | "pad_token" | "unk_token";

/** What `tokenizer_config.json` holds. */
export type TokenizerConfig = { readonly [K in SpecialTokenField]?: string | null } & {
  /** The template, or several with names. */
  readonly chat_template?: string | readonly { readonly name: string; readonly template: string }[] | null;
};

const isId = (id: unknown) => Number.isInteger(id) && (id as number) >= 0 && (id as number) < 2 ** 31;
const part = z.looseObject({ type: z.string() }).nullish().transform((value) => value ?? null);

const tokenizerJson: z.ZodType<TokenizerJson> = z.looseObject({
  model: z.looseObject({
    type: z.string().optional(),
    // Loops, not z.record and z.tuple: a vocabulary has up to some 250,000 entries.
    vocab: z.custom<TokenizerJson["model"]["vocab"]>((value) => {
      if (Array.isArray(value)) return value.every((it) => typeof it?.[0] === "string" && Number.isFinite(it[1]));
      return typeof value === "object" && value !== null && Object.values(value).every(isId);
    }, "expected an object from tokens to ids, or a list of tokens with scores"),
    merges: z.custom<unknown[]>(
      (value) => Array.isArray(value) && value.every((it) => [it].flat().every((part) => typeof part === "string")),
      "expected a list of pairs of tokens",
    ).optional(),
    unk_token: z.string().nullish(),
  }).refine(({ type, merges }) => type !== "BPE" || merges, "expected a list of merges, because the type is BPE"),
  added_tokens: z.array(z.looseObject({
    id: z.custom<number>(isId, "expected an id, a whole number from 0"),
    content: z.string(),
  })).nullish().transform((list) => list ?? []),
  normalizer: part,
  pre_tokenizer: part,
  post_processor: part,
  decoder: part,
});

const token = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)], {
  error: "expected a token, or an object with its content",
}).nullish();
const specialTokens = z.looseObject({ bos_token: token, eos_token: token, pad_token: token, unk_token: token });
const tokenizerConfig = specialTokens.extend({
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))], {
    error: "expected a template, or a list of templates with names",
  }).nullish(),
});

const id = z.int().nonnegative();
const endingConfig = z.looseObject({
  eos_token_id: z.union([id, z.array(id)], { error: "expected an id or a list of ids" }).nullish(),
});

/** Reads `tokenizer.json`. */
export async function readTokenizerJson(files: CheckpointFiles): Promise<TokenizerJson> {
  const json = await readJson(files, "tokenizer.json", tokenizerJson);
  if (json) return json;
  throw new TypeError(
    `Cannot find tokenizer.json: Python's transformers makes one of older files, by ` +
      `AutoTokenizer.from_pretrained(folder).save_pretrained(folder)`,
  );
}

/** Reads `tokenizer_config.json`, with special tokens that only `special_tokens_map.json` names. */
export async function readTokenizerConfig(files: CheckpointFiles): Promise<TokenizerConfig> {
  const config: Record<string, unknown> = await readJson(files, "tokenizer_config.json", tokenizerConfig) ?? {};
  const map = await readJson(files, "special_tokens_map.json", specialTokens) ?? {};
  return { ...config, ...Object.fromEntries(Object.entries(map).filter(([field]) => config[field] == null)) };
}

/** Reads the ids that the model's own files end a text with: those for generation, else the model's. */
export async function readEnds(files: CheckpointFiles): Promise<number[]> {
  for (const name of ["generation_config.json", "config.json"]) {
    const ids = (await readJson(files, name, endingConfig))?.eos_token_id;
    if (ids != null) return [ids].flat();
  }
  return [];
}

/** All ids, in the order of the file. */
export function* idsOf({ model: { vocab }, added_tokens }: TokenizerJson): Generator<number, void> {
  yield* Array.isArray(vocab) ? vocab.keys() : Object.values(vocab);
  for (const { id } of added_tokens) yield id;
}

/** One more than the highest id. */
export function vocabularyOf(json: TokenizerJson): number {
  let highest = -1;
  for (const id of idsOf(json)) highest = Math.max(highest, id);
  return highest + 1;
}
