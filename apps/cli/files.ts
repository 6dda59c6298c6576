/** Files of this machine, as the packages want them: random access for reading, whole or not at all for writing. */
import { basename, dirname } from "node:path";
import type { ByteSource, CheckpointFiles, FileToWrite } from "@tare/core";

/** Whether there is a folder of this name. */
export async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory ?? false;
}

/**
 * Opens a folder for reading.
 *
 * @throws {RangeError} If it is no folder; `open`, if a name leads out of it.
 */
export async function openFolder(path: string): Promise<CheckpointFiles> {
  const found = await statOf(path);
  if (!found?.isDirectory) {
    throw new RangeError(`Cannot open ${path}: ${found ? "it is a file, not a folder" : "there is no such folder"}`);
  }
  return {
    open(name) {
      if (name.startsWith("/") || name.includes("\\") || name.split("/").includes("..")) {
        throw new RangeError(`Cannot open "${name}" of ${path}: a file's name must not lead out of its folder`);
      }
      return openFile(`${path}/${name}`);
    },
  };
}

/** Opens a file for random access; `undefined` if there is none. Nothing stays open between reads. */
export async function openFile(path: string): Promise<ByteSource | undefined> {
  const found = await statOf(path);
  if (!found?.isFile) return undefined;
  const { size } = found;
  return { size, slice: (start, end) => ({ arrayBuffer: () => readRange(path, start, Math.min(end, size)) }) };
}

/** The beginning of a file. */
export function head(file: ByteSource): ByteSource {
  return { size: Math.min(file.size, 256), slice: (start, end) => file.slice(start, end) };
}

/** All of a file as text. */
export async function readText(file: ByteSource): Promise<string> {
  return new TextDecoder().decode(await file.slice(0, file.size).arrayBuffer());
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

async function readRange(path: string, start: number, end: number): Promise<ArrayBuffer> {
  using file = await Deno.open(path);
  await file.seek(start, Deno.SeekMode.Start);
  const bytes = new Uint8Array(Math.max(0, end - start));
  let at = 0;
  while (at < bytes.length) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) break; // shorter than it was: the reader notices
    at += read;
  }
  return at === bytes.length ? bytes.buffer : bytes.buffer.slice(0, at);
}

/**
 * Writes a file whole or not at all: under a temporary name in the same folder, synced, renamed. A program that is killed
 * meanwhile leaves the file as it was, and at worst a `.tmp` beside it.
 *
 * @param path The file.
 * @param content What it will hold.
 * @param signal Ends the writing; nothing is left of it.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>,
  signal?: AbortSignal,
): Promise<void> {
  const temporary = `${dirname(path)}/.${basename(path)}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  const stream = content instanceof ReadableStream ? content : new Blob([content]).stream();
  try {
    await writeNew(temporary, stream, signal);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw naming(path, error);
  }
}

/**
 * Writes a folder whole or not at all, as {@linkcode writeWhole} does a file. One that is there already is replaced: for a
 * moment there is none.
 *
 * @param path The folder.
 * @param files What it will hold; names may lead into folders within.
 */
export async function writeFolder(path: string, files: readonly FileToWrite[]): Promise<void> {
  const temporary = `${dirname(path)}/.${basename(path)}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    await Deno.mkdir(temporary);
    for (const { name, bytes } of files) {
      await Deno.mkdir(dirname(`${temporary}/${name}`), { recursive: true });
      await writeNew(`${temporary}/${name}`, bytes);
    }
    if (await isFolder(path)) await Deno.remove(path, { recursive: true });
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    throw naming(path, error);
  }
}

/** The system's own error, saying which file could not be written: with a full disk it says nothing at all. */
export function naming(path: string, error: unknown): unknown {
  if (error instanceof Error && ("code" in error || error instanceof Deno.errors.NotCapable)) {
    error.message = `Cannot write ${path}: ${error.message.replace(/: \w+ '.*$/, "")}`;
  }
  return error;
}

/** Writes a file that is not there yet, down to the disk. */
async function writeNew(
  path: string,
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal?: AbortSignal,
): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  await writeAll(file, stream, signal);
  await file.sync();
}

/** Writes a stream to a file, from where the file is. */
export async function writeAll(
  file: Deno.FsFile,
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal?: AbortSignal,
): Promise<void> {
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    for (let rest: Uint8Array = chunk; rest.length > 0;) rest = rest.subarray(await file.write(rest));
  }
  signal?.throwIfAborted();
}
