/**
 * What goes into training and comes out of it: rows of files, examples, token ids, tokenizers and chat templates.
 *
 * @module
 */
export type { Demonstration, Preference, PromptExample, PromptText, Rating } from "./examples/examples.ts";
export { encodeDemonstration, encodePreference, encodePrompt, encodeRating } from "./examples/encode.ts";
export type { SequenceOptions } from "./examples/encode.ts";
export { type Example, type ExampleKind, kindOf, parseExample } from "./examples/kinds.ts";
export { microBatches, packByTokens } from "./examples/pack.ts";
export { parseDemonstration, type ParseOptions, parsePreference, parsePrompt, parseRating } from "./examples/parse.ts";
export { readExamples, type ReadExamplesOptions } from "./examples/read.ts";
export { countSkip, type Skipped, type SkipReason, type Skips } from "./examples/skips.ts";
export { splitOf, type SplitOptions } from "./examples/split.ts";
export { type ContextStats, type DataStats, dataStats, type DataStatsOptions, type Lengths } from "./examples/stats.ts";
export type { RatedSequence, Sequence, SequencePair } from "./examples/sequences.ts";
export { unzip } from "./rows/gzip.ts";
export { readJsonl, type ReadJsonlOptions } from "./rows/jsonl.ts";
export { type Row, RowError, type RowPlace } from "./rows/row.ts";
export type { Codec } from "./tokenizer/codec.ts";
export { loadTokenizer, type LoadTokenizerOptions } from "./tokenizer/load.ts";
export type { SpecialTokenField, TokenizerConfig, TokenizerJson, TokenizerPart } from "./tokenizer/schema.ts";
export { type DecodeStream, decodeStream } from "./tokenizer/stream.ts";
export type { ChatMessage, DecodeOptions, EncodeOptions, Tokenizer } from "./tokenizer/tokenizer.ts";
export { checkVocabulary } from "./tokenizer/vocabulary.ts";
