/** Language models that commands sample from: checked and named before weights are read. */
import type { CheckpointFiles, ModelConfig } from "@tare/core";
import { checkVocabulary, loadTokenizer, type Tokenizer } from "@tare/data";
import type { Context } from "./command.ts";
import { readText } from "./files.ts";
import { fingerprint, tokenizerFingerprint } from "./fingerprint.ts";
import type { HubOptions } from "./hub.ts";
import { openModel, readConfig, within } from "./model.ts";

/** A language model before its weights are read. */
export interface LanguageModel {
  /** Its files. */
  readonly files: CheckpointFiles;
  /** Its sizes. */
  readonly config: ModelConfig;
  /** Its tokenizer. */
  readonly tokenizer: Tokenizer;
  /** Fingerprint of the model. */
  readonly id: string;
  /** What its ids mean: equal where two models share them. */
  readonly ids: string;
}

/**
 * Opens a folder, a run, or a repository of the hub.
 *
 * @throws {RangeError} If it is a reward model, or its tokenizer has ids that it lacks.
 */
export async function openLanguageModel(name: string, options: HubOptions, context: Context): Promise<LanguageModel> {
  const files = await openModel(name, options, context);
  const config = await readConfig(name, files);
  return await within(name, async () => {
    await checkSpeaks(files);
    const tokenizer = await loadTokenizer(files);
    checkVocabulary(tokenizer, config.vocabulary);
    return { files, config, tokenizer, id: await fingerprint(files), ids: await tokenizerFingerprint(files) };
  });
}

/** Refuses a reward model: its trunk would speak, and say nothing. */
async function checkSpeaks(files: CheckpointFiles): Promise<void> {
  const { architectures } = JSON.parse(await readText((await files.open("config.json"))!));
  if (!`${architectures}`.endsWith("ForSequenceClassification")) return;
  throw new RangeError("Expected a language model but found a reward model: it has lost its output matrix");
}
