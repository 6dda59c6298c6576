/** Places that one program alone works at. */
import { dirname } from "node:path";
import { naming } from "./files.ts";
import { UsageError } from "./flags.ts";

/**
 * Takes a place: a file is locked while this program lives, however it ends, and removed when the lock is disposed of.
 *
 * @param file The file; its folder is made if need be.
 * @param place What the user calls the place.
 * @throws {UsageError} If another program has it.
 */
export async function takeLock(file: string, place: string): Promise<Disposable> {
  let lock: Deno.FsFile;
  try {
    await Deno.mkdir(dirname(file), { recursive: true });
    lock = await Deno.open(file, { write: true, create: true });
  } catch (error) {
    throw naming(place, error);
  }
  if (!await lock.tryLock(true)) {
    lock.close();
    throw new UsageError(`Cannot write to ${place}: another program is at work in it`);
  }
  return {
    [Symbol.dispose]() {
      lock.close();
      try {
        Deno.removeSync(file);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}
