/** Names that models go by in what is made with them: digests of their files. */
import type { CheckpointFiles } from "@tare/core";
import { publicAddress } from "./address.ts";
import { digestFiles, weightFiles } from "./digest.ts";

/** Files that a tokenizer consists of; they go from checkpoint to checkpoint as they are. */
export const tokenizerFiles: readonly string[] = [
  ...["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"],
  ...["generation_config.json"],
];

/**
 * The fingerprint of a model: its config, weights and tokenizer. It begins as the digest does that `run.json` has of a model
 * that training began from.
 *
 * @throws {SyntaxError} If the weights are several and their index is damaged.
 */
export async function fingerprint(files: CheckpointFiles): Promise<string> {
  return short(await digestFiles(files, ["config.json", ...await weightFiles(files), ...tokenizerFiles]));
}

/** The fingerprint of what ids mean: where two models have the same, the ids of one are those of the other. */
export async function tokenizerFingerprint(files: CheckpointFiles): Promise<string> {
  return short(await digestFiles(files, ["tokenizer.json"]));
}

/** The name of a model behind an address, without what the address may hold of credentials or queries. */
export function remoteName(model: string, address: string): string {
  return `${model}@${publicAddress(address)}`;
}

function short(digest: string): string {
  return `sha256:${digest.slice(0, 16)}`;
}
