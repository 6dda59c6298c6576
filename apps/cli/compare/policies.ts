/** Policies that are compared: `NAME=DIR`. */
import type { CheckpointFiles, ModelConfig } from "@tare/core";
import { checkVocabulary, loadTokenizer, type Tokenizer } from "@tare/data";
import type { Context } from "../command.ts";
import { readText } from "../files.ts";
import { fingerprint, tokenizerFingerprint } from "../fingerprint.ts";
import { UsageError } from "../flags.ts";
import type { HubOptions } from "../hub.ts";
import { openModel, readConfig, within } from "../model.ts";

/** A policy before its weights are read. */
export interface Policy {
  /** What the user calls it. */
  readonly name: string;
  /** Where it is. */
  readonly place: string;
  /** Its files. */
  readonly files: CheckpointFiles;
  /** Its sizes. */
  readonly config: ModelConfig;
  /** Its tokenizer. */
  readonly tokenizer: Tokenizer;
  /** What its ids mean: equal where two policies share them. */
  readonly ids: string;
  /** Fingerprint of the model. */
  readonly id: string;
}

/**
 * Opens policies.
 *
 * @param given `NAME=DIR` or `NAME=ID` each.
 * @throws {UsageError} If one is not of that form, or a name comes twice.
 * @throws {RangeError} If one is a reward model.
 */
export async function openPolicies(given: readonly string[], options: HubOptions, context: Context): Promise<Policy[]> {
  const named = given.map((text) => {
    const [, name, place] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
    if (name !== undefined) return { name, place: place! };
    throw new UsageError(
      `Expected policies as NAME=DIR, such as sft=runs/sft, with a name of letters, digits, ".", "-" and "_", but found ` +
        `"${text}"`,
    );
  });
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) < i);
  if (twice) throw new UsageError(`Expected a name of its own for each policy but found "${twice.name}" twice`);
  const policies: Policy[] = [];
  for (const { name, place } of named) {
    const files = await openModel(place, options, context);
    policies.push(
      await within(place, async () => {
        const config = await readConfig(place, files);
        await checkSpeaks(files);
        const tokenizer = await loadTokenizer(files);
        checkVocabulary(tokenizer, config.vocabulary);
        const [ids, id] = [await tokenizerFingerprint(files), await fingerprint(files)];
        return { name, place, files, config, tokenizer, ids, id };
      }),
    );
  }
  return policies;
}

/** Refuses a reward model: its trunk would speak, and say nothing. */
async function checkSpeaks(files: CheckpointFiles): Promise<void> {
  const { architectures } = JSON.parse(await readText((await files.open("config.json"))!));
  if (!`${architectures}`.endsWith("ForSequenceClassification")) return;
  throw new RangeError("Expected a language model but found a reward model: it has lost its output matrix");
}
