/** The verdicts of an evaluation as a table for people. */
import type { VerdictRow } from "../rows.ts";
import type { Game } from "../verdict.ts";
import { type Evaluation, responsesOf } from "./evaluation.ts";

const columns = [
  ...["judge", "promptId", "prompt", "a", "b", "responseA", "responseB", "winner", "reason"],
  ...["aFirst", "aFirstRationale", "bFirst", "bFirstRationale", "members"],
];

/**
 * All verdicts as comma-separated values (RFC 4180), a row a verdict, with the texts that were judged: for a spreadsheet,
 * where {@linkcode jsonl} is for programs. `aFirst` and `bFirst` are what the judge decided when A, or B, stood first.
 *
 * Every cell is quoted. A cell that a spreadsheet would take for a formula gets an apostrophe in front: one whose first
 * character, white space aside, is `=`, `+`, `-`, `@` or one of these in full width, or that begins with a tab or a line
 * break. That holds for files that are opened with the comma between cells, as they are written.
 *
 * @param evaluation Responses and verdicts.
 * @returns The text of a file; rows stand in the order of the verdicts.
 * @throws {RangeError} If a verdict is about a response that is not there, or rows stand twice.
 *
 * @example Usage
 * ```ts
 * import { csv } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * const said = { promptId: "p", prompt: "2 + 2" };
 * const [, row] = csv({
 *   responses: [{ policy: "sft", response: "=4", ...said }, { policy: "ppo", response: 'It is "4"', ...said }],
 *   verdicts: [{ judge: "ann", promptId: "p", a: "sft", b: "ppo", winner: "tie" }],
 * }).split("\r\n");
 * assertEquals(row, `"ann","p","2 + 2","sft","ppo","'=4","It is ""4""","tie","","","","","",""`);
 * ```
 */
export function csv(evaluation: Evaluation): string {
  const find = responsesOf(evaluation);
  const rows = evaluation.verdicts.map((verdict) => {
    const [a, b] = find(verdict);
    const texts = [verdict.judge, verdict.promptId, a.prompt, verdict.a, verdict.b, a.response, b.response];
    return [...texts, ...decision(verdict)];
  });
  return [columns, ...rows].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

function decision(verdict: VerdictRow): string[] {
  const reason = verdict.winner === "invalid" ? verdict.reason : "";
  const games = (["a", "b"] as const).flatMap((side) => {
    const found = verdict.games?.filter(({ first }) => first === side) ?? [];
    return [join(found, "winner"), join(found, "rationale")];
  });
  return [verdict.winner, reason, ...games, verdict.members ? JSON.stringify(verdict.members) : ""];
}

function join(games: readonly Game[], field: "winner" | "rationale"): string {
  return games.flatMap((game) => game[field] ?? []).join("\n\n");
}

const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;

function cell(text: string): string {
  return `"${(formula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
