/** From what a request says to an evaluation that is whole: everything is checked before anything is kept. */
import type { ResponseRow } from "@tare/eval";
import { type Evaluation, readResponses, responsesOf } from "@tare/eval/report";
import { Problem, tellIssue } from "../http/problem.ts";
import { nextTurn } from "../judging/in_turns.ts";
import type { ResponseFiles } from "./files.ts";
import { majority } from "./people.ts";
import { type NewEvaluation, newEvaluation, responseRow } from "./schemas.ts";

/** Where responses may come from. */
export interface Sources {
  /** Files of the data folder. */
  readonly files: ResponseFiles;
  /** Most bytes of all files together. */
  readonly bytes: number;
}

/** A name, and rows that fit together. */
export interface Read {
  /** What the evaluation is to be called. */
  readonly name: string;
  /** Its rows. */
  readonly rows: Evaluation;
}

/** Most policies: every two of them are compared, in tables and in jobs. */
const mostPolicies = 100;

/** After how many rows others have their turn: an upload may hold hundreds of thousands. */
const turn = 1_000;

/** How bodies are read, by their media types. Rejects with a RangeError where something is missing or does not fit. */
export const readers: Readonly<
  Record<string, (body: Uint8Array<ArrayBuffer>, name: string | undefined, sources: Sources) => Promise<Read>>
> = {
  "application/json": readJson,
  "application/jsonl": readUpload,
  "application/x-ndjson": readUpload,
};

async function readJson(body: Uint8Array<ArrayBuffer>, _: string | undefined, sources: Sources): Promise<Read> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new Problem(400, "Malformed JSON in request body"); // as other routes say it
  }
  const { data, error } = newEvaluation.safeParse(value);
  if (!data) throw new RangeError(tellIssue(error.issues[0]!));
  return { name: data.name, rows: await checked(await rowsOf(data, sources)) };
}

async function readUpload(body: Uint8Array<ArrayBuffer>, name: string | undefined): Promise<Read> {
  if (name === undefined) throw new RangeError("Expected the evaluation's name in the address (?name=) but found none");
  return { name, rows: await checked({ responses: await readLines(body, "the body"), verdicts: [] }) };
}

async function rowsOf(wanted: NewEvaluation, { files, bytes }: Sources): Promise<Evaluation> {
  const { responses, files: names, verdicts = [] } = wanted;
  if ((responses === undefined) === (names === undefined)) {
    throw new RangeError(`Expected either responses or files but found ${responses ? "both" : "neither"}`);
  }
  if (responses) return { responses, verdicts };
  const rows: ResponseRow[] = [];
  let left = bytes;
  for (const name of new Set(names)) {
    const file = await files.read(name, left);
    left -= file.length;
    for (const row of await readLines(file, name)) rows.push(row);
  }
  return { responses: rows, verdicts };
}

/**
 * Reads responses from JSON Lines.
 *
 * @param bytes The file.
 * @param from What errors call it.
 * @returns Its rows, without fields that a response has not.
 * @throws {RangeError} If a line is no response; it names the line.
 */
export async function readLines(bytes: Uint8Array<ArrayBuffer>, from: string): Promise<ResponseRow[]> {
  const text = new Blob([bytes]).stream().pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));
  const rows: ResponseRow[] = [];
  try {
    for await (const { policy, promptId, prompt, response } of readResponses(text)) {
      if (rows.push({ policy, promptId, prompt, response }) % turn === 0) await nextTurn();
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw new RangeError(`Expected responses as JSON Lines in UTF-8 but ${from} is something else: ${error.message}`);
  }
  return rows;
}

/**
 * Checks that rows make an evaluation.
 *
 * @param evaluation The rows.
 * @returns The same.
 * @throws {RangeError} If they do not.
 */
export async function checked(evaluation: Evaluation): Promise<Evaluation> {
  const { responses, verdicts } = evaluation;
  for (const [i, row] of responses.entries()) {
    if (i % turn === 0) await nextTurn();
    const wrong = responseRow.safeParse(row).error?.issues[0];
    if (wrong) throw new RangeError(`response ${i + 1}, ${tellIssue(wrong, "the whole")}`);
  }
  responsesOf(evaluation);
  const own = verdicts.findIndex(({ judge }) => judge === majority);
  if (own >= 0) {
    throw new RangeError(`Expected verdicts of judges but found verdict ${own + 1} of ${majority}: leave these out`);
  }
  const policies = new Set(responses.map(({ policy }) => policy));
  if (policies.size < 2) {
    throw new RangeError(
      `Expected responses of two policies or more but found those of ${[...policies].join() || "none"}`,
    );
  }
  if (policies.size > mostPolicies) {
    throw new RangeError(
      `Expected ${mostPolicies} policies or fewer but found ${policies.size}: compare fewer at a time`,
    );
  }
  const prompts = new Set(responses.map(({ promptId }) => promptId));
  if (prompts.size === responses.length) { // a policy responds once to a prompt
    throw new RangeError(
      "Expected a prompt that two policies responded to but found none: compare what shares promptIds",
    );
  }
  return evaluation;
}
