/** One file comes into a store: continued where it was broken off, checked, then given its name. */
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { ByteSource } from "@tare/core";
import { NetworkError } from "./errors.ts";
import type { FileStore } from "./store.ts";

/** A file of a repository. */
export interface RemoteFile {
  /** Path in the repository. */
  readonly path: string;
  /** Bytes in all. */
  readonly size: number;
  /** SHA-256 of its bytes (64 digits), or its id in Git (40 digits), or nothing if the hub does not say. */
  readonly hash: string;
  /** Its bytes from `start` on. */
  read(start: number): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}

/** Attempts, as long as each brings something. */
const mostAttempts = 10;

/**
 * Brings a file into the store.
 *
 * @param file Which.
 * @param store Where to.
 * @param name Its name there; until it is complete, its bytes are in `name` with `.part` behind it.
 * @param received Called with the bytes that are there, again and again.
 * @throws {NetworkError} If the connection breaks and brings nothing more; what came stays for the next time.
 * @throws {RangeError} If the bytes are not those that the hub announced; they are removed.
 */
export async function bringFile(
  file: RemoteFile,
  store: FileStore,
  name: string,
  received: (bytes: number) => void,
): Promise<void> {
  const part = `${name}.part`;
  if (await sizeOf(store, part) > file.size) await store.remove(part);
  for (let attempt = 1;; attempt++) {
    const start = await sizeOf(store, part);
    received(start);
    if (start === file.size && start > 0) break;
    try {
      await store.append(part, watched(await file.read(start), start, file, received));
      if (await sizeOf(store, part) >= file.size) break;
      throw new NetworkError(
        `Cannot get all of ${file.path}: the connection ended early; try again to go on from there`,
      );
    } catch (error) {
      const more = await sizeOf(store, part) > start;
      if (!(error instanceof NetworkError) || !more || attempt === mostAttempts) throw error;
    }
  }
  const stored = (await store.open(part))!;
  const hash = file.hash && await checksumOf(stored, file.hash);
  if (stored.size !== file.size || hash !== file.hash) {
    await store.remove(part);
    throw new RangeError(
      `Cannot use what came as ${file.path}: expected ${file.size} bytes with checksum ${file.hash} but found ${stored.size} with ${hash}; it was damaged on the way, or ` +
        `changed meanwhile: try again`,
    );
  }
  await store.rename(part, name);
}

async function sizeOf(store: FileStore, name: string): Promise<number> {
  return (await store.open(name))?.size ?? 0;
}

/** Bytes on their way: counted, and never more than there should be; errors are those of the network. */
function watched(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  start: number,
  { path, size }: RemoteFile,
  received: (bytes: number) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  let at = start;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read().catch((error) => {
        const message = error instanceof Error ? error.message : `${error}`;
        throw new NetworkError(`Cannot get all of ${path}: ${message}; try again to go on from there`, {
          cause: error,
        });
      });
      if (done) return controller.close();
      at += value.length;
      if (at > size) {
        await reader.cancel();
        throw new RangeError(`Cannot use what comes as ${path}: it has more than the ${size} bytes announced`);
      }
      controller.enqueue(value);
      received(at);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

const pieceBytes = 1 << 20;

/** Checksum of the kind that the hub announced. Git's id is SHA-1 of a header and the bytes. */
async function checksumOf(file: ByteSource, announced: string): Promise<string> {
  const header = utf8ToBytes(`blob ${file.size}\0`);
  const hash = announced.length === 64 ? sha256.create() : sha1.create().update(header);
  for (let at = 0; at < file.size; at += pieceBytes) { // in pieces, which Web Crypto cannot: weights have gigabytes
    hash.update(new Uint8Array(await file.slice(at, Math.min(at + pieceBytes, file.size)).arrayBuffer()));
  }
  return bytesToHex(hash.digest());
}
