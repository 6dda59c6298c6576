/** A folder as the store of downloads. */
import { dirname } from "node:path";
import type { FileStore } from "@tare/data/hub";
import { openFile, writeAll } from "./files.ts";

/** Keeps files under a folder, which is made when it is needed. */
export function folderStore(root: string): FileStore {
  const at = (name: string) => `${root}/${name}`;
  return {
    open: (name) => openFile(at(name)),
    async append(name, bytes) {
      await Deno.mkdir(dirname(at(name)), { recursive: true });
      using file = await Deno.open(at(name), { append: true, create: true });
      await writeAll(file, bytes);
    },
    async rename(from, to) {
      using file = await Deno.open(at(from), { read: true, write: true });
      await file.sync();
      await Deno.rename(at(from), at(to));
    },
    async remove(name) {
      await Deno.remove(at(name)).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    },
  };
}
