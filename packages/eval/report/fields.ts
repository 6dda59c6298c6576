/** What the fields of a row must be. */
import type { ResponseRow, VerdictRow } from "../rows.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Says what is wrong with a value, or nothing. */
type Check = (value: unknown) => string | undefined;

const winners: readonly unknown[] = ["a", "b", "tie", "invalid"];

const text: Check = (value) => typeof value === "string" ? undefined : "a text";
const winner: Check = (value) => winners.includes(value) ? undefined : '"a", "b", "tie" or "invalid"';
const side: Check = (value) => value === "a" || value === "b" ? undefined : '"a" or "b"';

/** Checks a line of `responses.jsonl`; what is wrong is thrown as a TypeError that names the field. */
export function checkResponse(value: unknown): ResponseRow {
  const row = object(value, "a response to be an object");
  for (const field of ["policy", "promptId", "prompt", "response"]) need(row, field, text);
  return row as unknown as ResponseRow;
}

/** Checks a line of `verdicts.jsonl`; what is wrong is thrown as a TypeError that names the field. */
export function checkVerdict(value: unknown): VerdictRow {
  const row = object(value, "a verdict to be an object");
  for (const field of ["judge", "promptId", "a", "b"]) need(row, field, text);
  if (row.a === row.b) throw new TypeError(`expected a and b to be two policies but found ${shown(row.a)} twice`);
  need(row, "winner", winner);
  if (row.winner === "invalid") need(row, "reason", text);
  if (row.games !== undefined) checkGames(row.games);
  if (row.members !== undefined) {
    const members = object(row.members, "members to be an object");
    for (const id of Object.keys(members)) need(members, id, winner, "members.");
  }
  return row as unknown as VerdictRow;
}

function checkGames(games: unknown): void {
  if (!Array.isArray(games)) throw new TypeError(`expected games to be a list but found ${shown(games)}`);
  for (const [i, value] of games.entries()) {
    const game = object(value, `games[${i}] to be an object`);
    need(game, "first", side, `games[${i}].`);
    need(game, "winner", winner, `games[${i}].`);
    for (const field of ["reason", "rationale"]) {
      if (game[field] !== undefined) need(game, field, text, `games[${i}].`);
    }
  }
}

function object(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new TypeError(`expected ${what} but found ${shown(value)}`);
}

function need(row: Fields, field: string, check: Check, path = ""): void {
  const wanted = check(row[field]);
  if (wanted) throw new TypeError(`expected ${path}${field} to be ${wanted} but found ${shown(row[field])}`);
}

/** A value in a message, and no more of it than tells what it is. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
}
