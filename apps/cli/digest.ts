/** SHA-256 of what goes into a run, so that it can be told later what that was. */
import { createHash } from "node:crypto";
import type { CheckpointFiles } from "@tare/core";

/** What counts bytes into a digest. */
export interface Digest {
  /** Adds bytes or text. */
  update(data: Uint8Array | string): unknown;
  /** The digest of all so far, as hexadecimal digits. */
  digest(encoding: "hex"): string;
}

/** Begins a digest. */
export function sha256(): Digest {
  return createHash("sha256");
}

/** The digest of a checkpoint's files, names and contents; those that are not there do not count. */
export async function digestFiles(files: CheckpointFiles, names: readonly string[]): Promise<string> {
  const digest = sha256();
  for (const name of names) {
    const file = await files.open(name);
    if (!file) continue;
    digest.update(`${name} ${file.size}\n`);
    for (let at = 0; at < file.size; at += 2 ** 23) {
      digest.update(new Uint8Array(await file.slice(at, Math.min(at + 2 ** 23, file.size)).arrayBuffer()));
    }
  }
  return digest.digest("hex");
}

/** Names of a checkpoint's files of weights. */
export async function weightFiles(files: CheckpointFiles): Promise<string[]> {
  const index = await files.open("model.safetensors.index.json");
  if (!index || await files.open("model.safetensors")) return ["model.safetensors"];
  const { weight_map } = JSON.parse(new TextDecoder().decode(await index.slice(0, index.size).arrayBuffer()));
  return [...new Set(Object.values(weight_map as Record<string, string>))].sort();
}
