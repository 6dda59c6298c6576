/** Files of this machine, as the packages want them: random access for reading, whole or not at all for writing. */
import { basename, dirname } from "node:path";

/** Bytes with random access; a `Blob` is one. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from `start` to before `end`, read when they are asked for. */
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** A folder's files by name. */
export interface Folder {
  /** Opens a file; `undefined` if there is none of this name. */
  open(name: string): Promise<ByteSource | undefined>;
}

/**
 * Opens a folder for reading.
 *
 * @throws {RangeError} If it is no folder; `open`, if a name leads out of it.
 */
export async function openFolder(path: string): Promise<Folder> {
  const found = await statOf(path);
  if (!found?.isDirectory) {
    throw new RangeError(`Cannot open ${path}: ${found ? "it is a file, not a folder" : "there is no such folder"}`);
  }
  return {
    async open(name) {
      if (name.startsWith("/") || name.includes("\\") || name.split("/").includes("..")) {
        throw new RangeError(`Cannot open "${name}" of ${path}: a file's name must not lead out of its folder`);
      }
      const file = `${path}/${name}`;
      const { isFile, size } = await statOf(file) ?? {};
      if (!isFile) return undefined;
      return {
        size: size!,
        slice: (start, end) => ({ arrayBuffer: () => readRange(file, start, Math.min(end, size!)) }),
      };
    },
  };
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
  const file = await Deno.open(temporary, { write: true, createNew: true });
  try {
    await stream.pipeTo(file.writable, { preventClose: true, signal });
    await file.sync();
    file.close();
    signal?.throwIfAborted();
    await Deno.rename(temporary, path);
  } catch (error) {
    try {
      file.close();
    } catch {
      // closed already
    }
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
