/** What a store holds of one revision of a repository: a small JSON file beside the files. */
import { z } from "zod";
import type { FileStore } from "./store.ts";

/** What is known of a file. */
export interface FileRecord {
  /** SHA-256 of its bytes, or its id in Git: SHA-1 of a header and its bytes. */
  readonly hash: string;
  /** Bytes in all. */
  readonly size: number;
  /** Whether it is there in full, and was checked. */
  readonly complete: boolean;
}

/** Files by path. */
export type Records = Record<string, FileRecord>;

const records: z.ZodType<Records> = z.record(
  z.string(),
  z.object({ hash: z.string(), size: z.number(), complete: z.boolean() }),
);

/** Its name. */
export const recordName = ".tare-hub.json";

const nameOf = (folder: string) => `${folder}/${recordName}`;

/** Reads the record of a folder; a missing or damaged one says that nothing is there. */
export async function readRecords(store: FileStore, folder: string): Promise<Records> {
  const file = await store.open(nameOf(folder));
  if (!file) return {};
  try {
    return records.parse(JSON.parse(new TextDecoder().decode(await file.slice(0, file.size).arrayBuffer())));
  } catch {
    return {};
  }
}

/** Writes the record of a folder, whole or not at all. */
export async function writeRecords(store: FileStore, folder: string, files: Records): Promise<void> {
  const [name, part] = [nameOf(folder), `${nameOf(folder)}.part`];
  await store.remove(part);
  await store.append(part, new Blob([JSON.stringify(files, null, 1)]).stream());
  await store.rename(part, name);
}
