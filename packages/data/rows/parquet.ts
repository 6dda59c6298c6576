/**
 * Rows of Parquet files.
 *
 * @module
 */
import type { ByteSource } from "@tare/core";
import { parquetMetadataAsync, type ParquetParsers, parquetReadObjects, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { Row } from "./row.ts";

/** How Parquet is read. */
export interface ReadParquetOptions {
  /** Name of the file. */
  readonly file: string;
  /**
   * Names of the columns to read, if the file has any of them: the others cost nothing then.
   *
   * @default {all}
   */
  readonly columns?: readonly string[];
}

/**
 * Reads a Parquet file, one group of rows at a time, whatever its compression. Text that is no UTF-8 comes as bytes, and
 * whole numbers of 64 bits as `bigint`.
 *
 * @param source The file: a `Blob`, or what else reads ranges of bytes.
 * @param options Its name, and which columns to read.
 * @returns The rows, as objects with a field for each column.
 * @throws {SyntaxError} While rows are read, if the file is cut, damaged or no Parquet.
 *
 * @example Usage
 * ```ts
 * import { readParquet } from "@tare/data/parquet";
 * import { assertRejects } from "@std/assert";
 *
 * const rows = readParquet(new Blob(["PAR1 and no more"]), { file: "train.parquet" });
 * await assertRejects(() => Array.fromAsync(rows), SyntaxError, "Cannot read train.parquet: ");
 * ```
 */
export async function* readParquet(
  source: ByteSource,
  { file, columns }: ReadParquetOptions,
): AsyncGenerator<Row> {
  const buffer = {
    byteLength: source.size,
    slice: (start: number, end = source.size) => source.slice(start, end).arrayBuffer(),
  };
  const metadata = await reading(file, () => parquetMetadataAsync(buffer));
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const known = names.filter((name) => columns?.includes(name));
  const wanted = known.length > 0 ? known : undefined; // where there is none, the reader of rows says which there are
  let line = 0;
  for (const group of metadata.row_groups) {
    const [rowStart, rowEnd] = [line, line + Number(group.num_rows)];
    const values = await reading(
      file,
      () => parquetReadObjects({ file: buffer, metadata, compressors, parsers, columns: wanted, rowStart, rowEnd }),
    );
    if (values.length !== rowEnd - rowStart) {
      throw damaged(file, `expected ${rowEnd - rowStart} rows from row ${rowStart + 1} on but found ${values.length}`);
    }
    for (const value of values) yield { place: { file, line: ++line, unit: "row" }, value };
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are no text stay bytes, so that the row that has them is malformed and not the whole file. */
const parsers: Partial<ParquetParsers> = {
  stringFromBytes(bytes: Uint8Array | undefined): string | Uint8Array | undefined {
    try {
      return bytes && utf8.decode(bytes);
    } catch {
      return bytes;
    }
  },
};

async function reading<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw damaged(file, cause instanceof Error ? cause.message : `${cause}`, cause);
  }
}

function damaged(file: string, why: string, cause?: unknown): SyntaxError {
  return new SyntaxError(`Cannot read ${file}: as Parquet it is cut or damaged (${why.split("\n")[0]}); get it again`, {
    cause,
  });
}
