/** Evaluations that were written before: folders of `tare eval compare`, and files of verdicts or votes. */
import { unzip } from "@tare/data";
import type { ResponseRow, VerdictRow } from "@tare/eval";
import { type Evaluation, readResponses, readVerdicts, type Text } from "@tare/eval/report";
import { isFolder, openFile } from "../files.ts";
import { UsageError } from "../flags.ts";

/** Flags that say which evaluation. */
export const evaluationFlags = {
  folder: { type: "text", positional: true, value: "DIR", help: "what tare eval compare wrote" },
  verdicts: { type: "texts", value: "FILE", default: [], help: "verdicts of others about it, such as votes of people" },
} as const;

/**
 * Reads a folder, and verdicts of other files about its responses.
 *
 * @param folder What `tare eval compare` wrote: `responses.jsonl` and `verdicts.jsonl`.
 * @param files More verdicts, such as votes of people.
 * @throws {UsageError} If there is no such thing.
 * @throws {TypeError} If a row is none; it names file, line and field.
 */
export async function readEvaluation(folder: string, files: readonly string[] = []): Promise<Evaluation> {
  if (!await isFolder(folder)) {
    throw new UsageError(`Expected a folder of tare eval compare, with responses.jsonl, but found none at ${folder}`);
  }
  const places = [`${folder}/verdicts.jsonl`, ...files];
  return {
    responses: await read(`${folder}/responses.jsonl`, readResponses),
    verdicts: (await Promise.all(places.map((place) => read(place, readVerdicts)))).flat(),
  };
}

/** Reads a file of responses. */
export async function readResponsesOf(file: string): Promise<ResponseRow[]> {
  return await read(file, readResponses);
}

/** Reads verdicts: those of a folder, or of a file. */
export async function readVerdictsOf(place: string): Promise<VerdictRow[]> {
  return await read(await isFolder(place) ? `${place}/verdicts.jsonl` : place, readVerdicts);
}

/**
 * Takes one judge's verdicts.
 *
 * @param name The judge; where there is one alone it need not be said.
 * @throws {UsageError} If it must be, or there is no such judge.
 */
export function judgeOf(verdicts: readonly VerdictRow[], name: string | undefined, place: string): string {
  const judges = [...new Set(verdicts.map(({ judge }) => judge))];
  const [only] = judges;
  if (name === undefined && judges.length === 1) return only!;
  if (name !== undefined && judges.includes(name)) return name;
  throw new UsageError(`Expected --judge with one of ${judges.join(", ") || "nobody"}, who judged in ${place}`);
}

async function read<R>(path: string, rows: (text: Text) => AsyncGenerator<R>): Promise<R[]> {
  if (!await openFile(path)) throw new UsageError(`Cannot open ${path}: there is no such file`);
  const { readable } = await Deno.open(path);
  try {
    const bytes = ReadableStream.from(unzip(readable, path)) as ReadableStream<BufferSource>;
    return await Array.fromAsync(rows(bytes.pipeThrough(new TextDecoderStream())));
  } catch (error) {
    const ofLine = (error instanceof SyntaxError || error instanceof TypeError) && error.message.startsWith("line ");
    if (ofLine) error.message = `${path}, ${error.message}`;
    throw error;
  }
}
