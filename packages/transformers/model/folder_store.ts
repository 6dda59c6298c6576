/** A folder keeps what comes from the hub. */
import type { FileStore } from "@tare/data/hub";
import { openAsBlob } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Keeps files under a folder, which is made when it is needed.
 *
 * @param root Path of the folder.
 * @returns The store.
 */
export function folderStore(root: string): FileStore {
  const at = (name: string) => join(root, name);
  return {
    async open(name) {
      const there = await stat(at(name)).then(() => true, () => false);
      return there ? await openAsBlob(at(name)) : undefined;
    },
    async append(name, bytes) {
      await mkdir(dirname(at(name)), { recursive: true });
      const file = await open(at(name), "a");
      try {
        for await (const piece of bytes) await file.appendFile(piece);
      } finally {
        await file.close();
      }
    },
    async rename(from, to) {
      const file = await open(at(from), "r+");
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(at(from), at(to));
    },
    remove: (name) => rm(at(name), { force: true }),
  };
}
