/** Where downloads are kept. The caller owns it: a folder, a browser's storage, memory. */
import type { ByteSource } from "@tare/core";

/** Files by name; a name has `/` between folders, which need not exist before. */
export interface FileStore {
  /** Opens a file; nothing if there is none of this name. */
  open(name: string): Promise<ByteSource | undefined>;
  /**
   * Appends to a file, and makes it if there is none. If the stream fails, what came before stays, and the call fails with
   * the same error.
   */
  append(name: string, bytes: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void>;
  /** Gives a file another name, in place of the file that has it; what is written is safe on the disk by then. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; nothing happens if there is none. */
  remove(name: string): Promise<void>;
}
