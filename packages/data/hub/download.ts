/** A repository of the hub comes into a store. */
import type { CheckpointFiles } from "@tare/core";
import { NetworkError } from "./errors.ts";
import { bringFile, type RemoteFile } from "./file.ts";
import { matcher } from "./patterns.ts";
import { readRecords, type Records, writeRecords } from "./record.ts";
import { listRemote } from "./remote.ts";
import type { FileStore } from "./store.ts";

/** How far a download is. */
export interface DownloadProgress {
  /** Path of the file. */
  readonly file: string;
  /** Bytes of all files that are there. */
  readonly received: number;
  /** Bytes of all files. */
  readonly total: number;
}

/** What to download. */
export interface DownloadOptions {
  /** What the repository holds. @default {"model"} */
  type?: "model" | "dataset";
  /** Branch, tag or commit. @default {"main"} */
  revision?: string;
  /** Paths of files; `*` stands for anything but `/`. All files if absent. */
  files?: readonly string[];
  /** Access token, for gated and private repositories. */
  token?: string;
  /** Address of the hub, or of a mirror. @default {"https://huggingface.co"} */
  hubUrl?: string;
  /** Uses what the store has, without a request. @default {false} */
  offline?: boolean;
  /** Is called as bytes come. */
  progress?: (progress: DownloadProgress) => void;
  /** Ends the download; what came stays in the store. */
  signal?: AbortSignal;
  /** Makes the requests. @default {fetch} */
  fetch?: typeof fetch;
}

/** Files of a repository in a store. */
export interface HubFolder extends CheckpointFiles {
  /** Folder in the store; each file has this, `/` and its path as its name. */
  readonly folder: string;
  /** Paths of the files. */
  readonly paths: readonly string[];
}

/**
 * Brings files of a repository of the Hugging Face hub into a store. What is there already is not asked for again; a file
 * that was broken off is continued, if it has not changed meanwhile; every file is checked against the hub's checksum.
 * Where the hub cannot be reached, a store that has all the files is enough.
 *
 * @param repository Its name, such as `HuggingFaceTB/SmolLM2-135M`.
 * @param store Where the files go.
 * @param options Which files, and how.
 * @returns The files, ready for `loadTokenizer` and its like.
 * @throws {TypeError} If the name or the token cannot be one.
 * @throws {NetworkError} If the hub cannot be reached, and the store lacks something.
 * @throws {RangeError} If the hub refuses, no file matches, or what came is not what the hub announced.
 *
 * @example Usage
 * ```ts ignore
 * import { checkpointFiles, downloadRepository } from "@tare/data/hub";
 * import { loadTokenizer } from "@tare/data";
 *
 * const folder = await downloadRepository("HuggingFaceTB/SmolLM2-135M", store, { files: checkpointFiles });
 * const tokenizer = await loadTokenizer(folder);
 * ```
 */
export async function downloadRepository(
  repository: string,
  store: FileStore,
  options: DownloadOptions = {},
): Promise<HubFolder> {
  const { type = "model", revision = "main" } = options;
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(repository) || /(^|\/)\.+($|\/)/.test(repository) || /^\.*$/.test(revision)) {
    throw new TypeError(
      `Expected the name of a repository, such as gpt2 or Qwen/Qwen3-0.6B, and a revision, such as main, but found ` +
        `${JSON.stringify(repository)} and ${JSON.stringify(revision)}`,
    );
  }
  const folder = `${type}s/${repository}/${encodeURIComponent(revision)}`;
  try {
    return await bring(repository, store, folder, { ...options, type, revision });
  } catch (error) {
    options.signal?.throwIfAborted(); // its reason says more than what the broken request threw
    throw error;
  }
}

/** Brings what is wanted into a folder of the store. */
async function bring(
  repository: string,
  store: FileStore,
  folder: string,
  options: DownloadOptions & { revision: string },
): Promise<HubFolder> {
  const { revision, offline = false, progress = () => {}, files: patterns = [] } = options;
  const records = await readRecords(store, folder);
  const wanted = matcher(patterns);
  const result = (paths: string[]): HubFolder => ({
    folder,
    paths: paths.sort(),
    open: (path) => paths.includes(path) ? store.open(`${folder}/${path}`) : Promise.resolve(undefined),
  });
  const stored = () => {
    const known = Object.keys(records).filter(wanted);
    return known.length > 0 && known.every((path) => records[path]!.complete) ? result(known) : undefined;
  };
  if (offline) {
    const there = stored();
    if (there) return there;
    throw new NetworkError(`Cannot use ${repository} at ${revision} offline: the store has not all of its files`);
  }
  let list: RemoteFile[];
  try {
    list = await listRemote(repository, revision, options);
  } catch (error) {
    const there = error instanceof NetworkError && stored();
    if (there) return there;
    throw error;
  }
  const remote = list.filter(({ path }) => wanted(path));
  if (remote.length === 0) {
    throw new RangeError(
      `Cannot find ${patterns.join(", ") || "any file"} in ${repository} at ${revision}: it has ` +
        `${list.slice(0, 8).map(({ path }) => path).join(", ") || "none"}${list.length > 8 ? ", …" : ""}`,
    );
  }
  for (const path of Object.keys(records)) {
    if (wanted(path) && !remote.some((file) => file.path === path)) delete records[path];
  }
  const total = remote.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const file of remote) {
    await update(file, store, folder, records, (bytes) => progress({ file: file.path, received: done + bytes, total }));
    done += file.size;
  }
  return result(remote.map(({ path }) => path));
}

/** Brings a file and notes it, unless it is there. */
async function update(
  { path, size, hash, read }: RemoteFile,
  store: FileStore,
  folder: string,
  records: Records,
  received: (bytes: number) => void,
): Promise<void> {
  const [record, name] = [records[path], `${folder}/${path}`];
  if (record?.hash === hash && record.complete && (await store.open(name))?.size === size) return received(size);
  if (record?.hash !== hash) await store.remove(`${name}.part`); // begun from another version
  records[path] = { hash, size, complete: false };
  await writeRecords(store, folder, records);
  await bringFile({ path, size, hash, read }, store, name, received);
  records[path] = { hash, size, complete: true };
  await writeRecords(store, folder, records);
}
