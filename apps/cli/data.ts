/** Data for commands: rows of a file, of stdin, or of a data set of the hub. */
import type { ByteSource } from "@tare/core";
import { readJsonl, type Row } from "@tare/data";
import { readParquet } from "@tare/data/parquet";
import type { HubFolder } from "@tare/data/hub";
import type { Context } from "./command.ts";
import { isFolder, openFile } from "./files.ts";
import { type HubOptions, openRepository } from "./hub.ts";

/** Fields of any format: the columns to read where there are more. */
const columns = ["prompt", "completion", "text", "messages", "chosen", "rejected", "margin", "rating", "id"];

/** What a data set has to train on, where its name says nothing of files. */
const training = ["", "data/", "default/"].flatMap((folder) =>
  ["jsonl", "jsonl.gz", "json", "json.gz", "parquet"].map((ending) => `${folder}train*.${ending}`)
);

/**
 * Opens rows: a path, `-` for stdin, or a data set of the hub as `org/name` (what it has to train on) or
 * `org/name:path/of/a/file`, in which `*` stands for any letters. JSON Lines, zipped or not, and Parquet are told apart by
 * their bytes.
 *
 * @throws {RangeError} If there is no such file; and while rows are read, if there is none.
 */
export async function openRows(name: string, options: RowOptions, context: Context): Promise<AsyncIterable<Row>> {
  if (name === "-") return notEmpty("stdin", readJsonl(Deno.stdin.readable, { file: "stdin" }));
  const file = await openFile(name);
  if (file) return notEmpty(name, readRows(name, file, options.whole));
  if (await isFolder(name)) throw new RangeError(`Cannot open ${name}: it is a folder; name a file in it`);
  const [, repository, path] = /^([\w-][\w.-]*\/[\w.-]+)(?::(.+))?$/.exec(name) ?? [];
  if (!repository || path === undefined && /\.(jsonl?|parquet|gz)$/.test(name)) {
    throw new RangeError(`Cannot open ${name}: there is no such file`);
  }
  const wanted = { type: "dataset", files: path === undefined ? training : [path] } as const;
  const folder = await openRepository(repository, wanted, options, context);
  return notEmpty(name, readAll(folder, options.whole));
}

/** How {@linkcode openRows} opens. */
export interface RowOptions extends HubOptions {
  /** Whether columns of Parquet count that no format has; they cost time. */
  readonly whole?: boolean;
}

/** Rows of a file, by what it begins with. */
async function* readRows(file: string, source: ByteSource, whole = false): AsyncGenerator<Row> {
  const head = new TextDecoder().decode(await source.slice(0, Math.min(4, source.size)).arrayBuffer());
  yield* head === "PAR1"
    ? readParquet(source, whole ? { file } : { file, columns })
    : readJsonl(streamOf(source), { file });
}

async function* readAll(folder: HubFolder, whole?: boolean): AsyncGenerator<Row> {
  for (const path of folder.paths) yield* readRows(path, (await folder.open(path))!, whole);
}

/** Training on nothing is a mistake, and so are statistics of it. */
async function* notEmpty(name: string, rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  let empty = true;
  for await (const row of rows) {
    empty = false;
    yield row;
  }
  if (empty) throw new RangeError(`Cannot use ${name}: it has no rows`);
}

const pieceBytes = 2 ** 20;

/** A file's bytes as they are asked for. */
function streamOf(source: ByteSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      const bytes = await source.slice(at, Math.min(at + pieceBytes, source.size)).arrayBuffer();
      at += bytes.byteLength;
      if (bytes.byteLength > 0) controller.enqueue(new Uint8Array(bytes));
      if (bytes.byteLength === 0 || at >= source.size) controller.close();
    },
  }, { highWaterMark: 0 });
}
