/** A file of JSON lines that grows row by row, and goes on where it was broken off. */
import { dirname } from "node:path";
import { isFolder, naming, openFile } from "./files.ts";
import { UsageError } from "./flags.ts";
import { checkIntent } from "./replaceable.ts";

/** A file that this program alone writes to, until it is disposed of. Nothing in it changes before `append` or `sync`. */
export interface RowsFile<T> extends Disposable {
  /** The whole rows that are there and stay. */
  readonly rows: readonly T[];
  /** Adds a row. */
  append(row: T): Promise<void>;
  /** Waits until all rows are on the disk, and nothing but them. */
  sync(): Promise<void>;
}

/**
 * Takes a file for rows, before anything long begins.
 *
 * @param path The file; its folder is made.
 * @param flags Whether to go on with the rows that are there, or to replace them.
 * @param parse Checks a row; `where` is its file and line.
 * @throws {UsageError} If there is something and no flag says what to do with it, or another program writes to it.
 * @throws {SyntaxError} If what is there is no file of such rows. A last line that was broken off is no such thing.
 */
export async function openRowsFile<T>(
  path: string,
  { resume, force }: { readonly resume: boolean; readonly force: boolean },
  parse: (json: unknown, where: string) => T,
): Promise<RowsFile<T>> {
  checkIntent({ resume, force });
  if (await isFolder(path)) throw new UsageError(`Cannot write ${path}: it is a folder; name a file in it`);
  using stack = new DisposableStack();
  const file = await takeFile(path, stack);
  const bytes = await Deno.readFile(path);
  if (bytes.length > 0 && !resume && !force) {
    throw new UsageError(`Cannot write ${path}: it is there already; --resume goes on with it, --force replaces it`);
  }
  const { rows, size } = readRows(path, bytes, parse); // what holds anything else is not replaced
  const kept = resume ? size : 0;
  let cut = kept === bytes.length;
  const cutOnce = async () => {
    if (!cut) await file.truncate(kept);
    cut = true;
  };
  const resources = stack.move();
  return {
    rows: resume ? rows : [],
    async append(row) {
      await cutOnce();
      const line = new TextEncoder().encode(`${JSON.stringify(row)}\n`);
      for (let rest = line; rest.length > 0;) rest = rest.subarray(await file.write(rest));
    },
    async sync() {
      await cutOnce();
      await file.sync();
    },
    [Symbol.dispose]: () => resources.dispose(),
  };
}

/** Opens a file and locks it while this program lives, however it ends. One that was made in vain goes with it. */
async function takeFile(path: string, stack: DisposableStack): Promise<Deno.FsFile> {
  const made = !await openFile(path);
  let locked = false; // else it is another program's, even where this one was the first to look for it
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const file = stack.adopt(await Deno.open(path, { append: true, create: true }), (file) => {
      const empty = made && locked && file.statSync().size === 0;
      file.close();
      if (empty) Deno.removeSync(path);
    });
    locked = await file.tryLock(true);
    if (locked) return file;
  } catch (error) {
    throw naming(path, error);
  }
  throw new UsageError(`Cannot write ${path}: another program is at work in it`);
}

/** Rows of whole lines, and where the last of these ends. */
function readRows<T>(
  path: string,
  bytes: Uint8Array,
  parse: (json: unknown, where: string) => T,
): { rows: T[]; size: number } {
  const rows: T[] = [];
  let size = 0;
  for (let end: number; (end = bytes.indexOf(10, size)) >= 0; size = end + 1) {
    const where = `${path}, line ${rows.length + 1}`;
    rows.push(parse(parseLine(bytes.subarray(size, end), where), where));
  }
  if (size === 0 && bytes.length > 0 && bytes[0] !== "{".charCodeAt(0)) parseLine(bytes, `${path}, line 1`);
  return { rows, size };
}

function parseLine(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const { message } = error as Error;
    throw new SyntaxError(`${where}: expected a row of JSON (${message}); mend it, or give another file`);
  }
}
