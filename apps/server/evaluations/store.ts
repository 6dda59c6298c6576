/** Evaluations in the server's file: responses, and verdicts as they come. */
import type { DatabaseSync } from "node:sqlite";
import type { ResponseRow, VerdictRow } from "@tare/eval";
import type { Evaluation } from "@tare/eval/report";
import { inTransaction } from "@tare/eval/sqlite";
import { prepared } from "../store/prepared.ts";

/** An evaluation without its rows. */
export interface EvaluationRecord {
  /** Its id. */
  readonly id: string;
  /** What its owner calls it. */
  readonly name: string;
  /** When it was made, in milliseconds since 1970. */
  readonly created: number;
  /** The policies, in the order in which they came. */
  readonly policies: readonly string[];
  /** How many prompts have responses. */
  readonly prompts: number;
  /** How many verdicts of judges there are; people's votes are in the study. */
  readonly verdicts: number;
  /** Grows with every verdict: what was computed of another version is out of date. */
  readonly version: number;
}

/** Keeps evaluations. */
export interface Evaluations {
  /** Adds one; false, and nothing is done, if there is one of this name. */
  create(of: Pick<EvaluationRecord, "id" | "name" | "created">, rows: Evaluation): boolean;
  /** All of them, the latest first. */
  list(): readonly EvaluationRecord[];
  /** One of them. */
  find(id: string): EvaluationRecord | undefined;
  /** Its rows; none if it is not there. */
  rows(id: string): Evaluation;
  /** Its verdicts; none if it is not there. */
  verdicts(id: string): readonly VerdictRow[];
  /** Adds verdicts; one of the same judge on the same prompt and pair takes the place of the earlier one. */
  addVerdicts(id: string, verdicts: readonly VerdictRow[]): void;
  /** Drops one; false if it is not there. */
  remove(id: string): boolean;
}

/** Tables of this. Rows are JSON, which may hold half surrogates and the character 0; responses stand many in one body. */
export const evaluationTables = `
  CREATE TABLE evaluation (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    policies TEXT NOT NULL,
    prompts INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE response (
    evaluation INTEGER NOT NULL REFERENCES evaluation ON DELETE CASCADE,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (evaluation, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE verdict (
    number INTEGER PRIMARY KEY,
    evaluation INTEGER NOT NULL REFERENCES evaluation ON DELETE CASCADE,
    what TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (evaluation, what)
  ) STRICT;`;

/** Responses in one body: each by itself would take a second to write that others wait for. */
const together = 500;

/** Opens evaluations. */
export function openEvaluations(database: DatabaseSync): Evaluations {
  const prepare = prepared(database);
  const record = "SELECT * FROM evaluation";
  const counts = new Map<string, { readonly version: number; readonly verdicts: number }>();
  /** How many verdicts there are: counted once for each version, for there may be a hundred thousand. */
  const verdictsOf = (number: number, id: string, version: number) => {
    const known = counts.get(id);
    if (known?.version === version) return known.verdicts;
    const verdicts = Number(prepare("SELECT count(*) AS count FROM verdict WHERE evaluation = ?").get(number)!.count);
    counts.set(id, { version, verdicts });
    return verdicts;
  };
  const recordOf = ({ number, ...row }: Record<string, unknown>) => {
    const { id, version } = row as unknown as EvaluationRecord;
    const policies = JSON.parse(String(row.policies));
    return { ...row, policies, verdicts: verdictsOf(Number(number), id, version) } as unknown as EvaluationRecord;
  };
  const numberOf = (id: string) => prepare("SELECT number FROM evaluation WHERE id = ?").get(id)?.number;
  const bodies = <T>(table: string, number: unknown) =>
    prepare(`SELECT body FROM ${table} WHERE evaluation = ? ORDER BY number`).all(number as number)
      .flatMap(({ body }) => JSON.parse(String(body)) as T | T[]);
  const addVerdicts = (number: number, verdicts: readonly VerdictRow[]) => {
    const add = prepare(`INSERT INTO verdict (evaluation, what, body) VALUES (?, ?, ?)
      ON CONFLICT (evaluation, what) DO UPDATE SET body = excluded.body`);
    for (const row of verdicts) add.run(number, whatOf(row), JSON.stringify(row));
    prepare("UPDATE evaluation SET version = version + ? WHERE number = ?").run(verdicts.length, number);
  };
  return {
    create: ({ id, name, created }, { responses, verdicts }) =>
      inTransaction(database, () => {
        const policies = JSON.stringify([...new Set(responses.map(({ policy }) => policy))]);
        const prompts = new Set(responses.map(({ promptId }) => promptId)).size;
        const insert = prepare(`INSERT INTO evaluation (id, name, created, policies, prompts)
          VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`);
        const { changes, lastInsertRowid } = insert.run(id, name, created, policies, prompts);
        if (Number(changes) === 0) return false;
        const number = Number(lastInsertRowid);
        const add = prepare("INSERT INTO response (evaluation, number, body) VALUES (?, ?, ?)");
        for (let i = 0; i < responses.length; i += together) {
          add.run(number, i, JSON.stringify(responses.slice(i, i + together)));
        }
        addVerdicts(number, verdicts);
        return true;
      }),
    list: () => prepare(`${record} ORDER BY number DESC`).all().map(recordOf),
    find(id) {
      const row = prepare(`${record} WHERE id = ?`).get(id);
      return row && recordOf(row);
    },
    rows(id) {
      const number = numberOf(id) ?? -1;
      return { responses: bodies<ResponseRow>("response", number), verdicts: bodies<VerdictRow>("verdict", number) };
    },
    verdicts: (id) => bodies<VerdictRow>("verdict", numberOf(id) ?? -1),
    addVerdicts(id, verdicts) {
      const number = numberOf(id);
      if (number === undefined) throw new RangeError(`Expected an evaluation but found none of id ${id}`);
      inTransaction(database, () => addVerdicts(Number(number), verdicts));
    },
    remove(id) {
      counts.delete(id);
      return Number(prepare("DELETE FROM evaluation WHERE id = ?").run(id).changes) > 0;
    },
  };
}

/** What a verdict is about, in whichever order its policies stand. */
function whatOf({ judge, promptId, a, b }: VerdictRow): string {
  return JSON.stringify([judge, promptId, ...[a, b].sort()]);
}
