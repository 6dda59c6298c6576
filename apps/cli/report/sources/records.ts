/** Records of files that other commands wrote, checked before anything is made of them. */
import { readJsonl } from "@tare/data";
import { z } from "zod";

/** Makes a record of JSON; `where` begins its errors. */
export type Parse<T> = (value: unknown, where: string) => T;

/** A parser of records with these fields; others may be there. */
export function fieldsOf<T>(schema: z.ZodType<T>): Parse<T> {
  return (value, where) => {
    const { data, error } = schema.safeParse(value);
    if (error === undefined) return data;
    const { path, message } = error.issues[0]!;
    throw new SyntaxError(
      `${where}: ${path.length > 0 ? `${path.join(".")}: ` : ""}${
        message.replace(/^Invalid input: /, "")
      }; write the ` +
        `file anew, or leave its folder out`,
    );
  };
}

/** A number; JSON writes `null` for one that is not finite. */
export const number: z.ZodType<number> = z.number().nullable().transform((value) => value ?? NaN);

/** Reads a file of JSON. */
export async function readJson<T>(path: string, parse: Parse<T>): Promise<T> {
  const text = await Deno.readTextFile(path);
  try {
    return parse(JSON.parse(text), path);
  } catch (error) {
    if (!(error instanceof SyntaxError) || error.message.startsWith(path)) throw error;
    throw new SyntaxError(`${path}: expected JSON but the parser says "${error.message}"; write the file anew`);
  }
}

/** Reads a file of JSON lines. A last line that a kill broke off is left out. */
export async function readRecords<T>(path: string, parse: Parse<T>): Promise<T[]> {
  const records: T[] = [];
  let broken: Error | undefined;
  for await (const row of readJsonl((await Deno.open(path)).readable, { file: path })) {
    if (broken) throw broken;
    if ("error" in row) broken = row.error;
    else records.push(parse(row.value, `${path}, line ${row.place.line}`));
  }
  return records;
}
