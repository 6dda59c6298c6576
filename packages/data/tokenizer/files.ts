/** Files of a tokenizer, wherever they are, and how they are read: in full, as UTF-8, checked against a schema. */
import type { z } from "zod";

/** A file's bytes; a `Blob` fits. */
export interface TokenizerFile {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from `start` to before `end`. */
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** A checkpoint's files by name: a folder, a repository of the hub, a table in memory. */
export interface TokenizerFiles {
  /** The file of this name, or nothing if there is none. */
  open(name: string): Promise<TokenizerFile | undefined>;
}

/** The text of a file, or nothing if there is none. */
export async function readText(files: TokenizerFiles, name: string): Promise<string | undefined> {
  const file = await files.open(name);
  if (!file) return undefined;
  const bytes = await file.slice(0, file.size).arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError(`Cannot read ${name}: it is no UTF-8 text; download or save it again`);
  }
}

/** A JSON file that fits a schema, or nothing if there is none. */
export async function readJson<T>(
  files: TokenizerFiles,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const text = await readText(files, name);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(
      `Cannot read ${name}: it is no JSON (${(error as Error).message}); download or save it again`,
    );
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const { path, message } = error.issues[0]!;
  throw new SyntaxError(`Cannot use ${name}: ${path.length ? `${path.join(".")}: ` : ""}${message}`);
}
