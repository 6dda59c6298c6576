/** Folders that a command writes whole, and may replace. */
import { isFolder, openFile } from "./files.ts";
import { UsageError } from "./flags.ts";

/**
 * Refuses flags that say both.
 *
 * @throws {UsageError} If they do.
 */
export function checkIntent({ resume, force }: { readonly resume: boolean; readonly force: boolean }): void {
  if (resume && force) throw new UsageError("Expected --resume, to go on, or --force, to begin anew, but found both");
}

/** What a folder should hold, if it is there. */
export interface Replaceable {
  /** Its path. */
  readonly path: string;
  /** What the user calls it. */
  readonly out: string;
  /** Names of files that the command writes; others are somebody's own. */
  readonly names: readonly string[];
  /** What it holds, such as "a world". */
  readonly what: string;
  /** Whether what is there is to be replaced. */
  readonly force: boolean;
}

/**
 * Refuses to replace anything but an older folder of the same kind, and that only by force.
 *
 * @throws {RangeError} If it is a file, holds anything else, or is there already without `force`.
 */
export async function checkReplaceable({ path, out, names, what, force }: Replaceable): Promise<void> {
  if (await openFile(path)) throw new RangeError(`Cannot write ${out}: it is a file, not a folder`);
  if (!await isFolder(path)) return;
  const found = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  const other = found.find((name) => !names.includes(name));
  if (other !== undefined) {
    throw new RangeError(`Cannot write ${out}: it holds ${other}, which is no file of ${what}; give an empty folder`);
  }
  if (found.length > 0 && !force) {
    throw new RangeError(`Cannot write ${out}: there is ${what} in it; give --force to replace it, or another folder`);
  }
}
