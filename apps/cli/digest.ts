/** SHA-256 of what goes into a run, so that it can be told later what that was. */
import { createHash } from "node:crypto";
import type { CheckpointFiles } from "@tare/core";
import { z } from "zod";
import { readText } from "./files.ts";

const indexName = "model.safetensors.index.json";
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

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

/** The digest of a text. */
export function digestOf(text: string): string {
  const digest = sha256();
  digest.update(text);
  return digest.digest("hex");
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

/**
 * Names of a checkpoint's files of weights.
 *
 * @throws {SyntaxError} If they are several and their index is damaged.
 */
export async function weightFiles(files: CheckpointFiles): Promise<string[]> {
  const index = await files.open(indexName);
  if (!index || await files.open("model.safetensors")) return ["model.safetensors"];
  const { data } = indexSchema.safeParse(parseOrNothing(await readText(index)));
  if (data) return [...new Set(Object.values(data.weight_map))].sort();
  throw new SyntaxError(
    `Cannot read ${indexName}: expected JSON with a weight_map from tensors to files; get it again`,
  );
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
