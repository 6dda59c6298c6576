/** How a tokenizer's files are read: in full, as UTF-8, checked against a schema. */
import type { CheckpointFiles } from "@tare/core";
import type { z } from "zod";

/** The text of a file, or nothing if there is none. */
export async function readText(files: CheckpointFiles, name: string): Promise<string | undefined> {
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
  files: CheckpointFiles,
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
