/** Jobs in the server's file: what judges are to compare, and how far they are. */
import type { DatabaseSync } from "node:sqlite";
import type { VerdictRow } from "@tare/eval";
import type { Evaluations } from "../evaluations/store.ts";
import { inTransaction } from "@tare/eval/sqlite";
import { prepared } from "../store/prepared.ts";
import { comparisonKey, type Plan } from "./plan.ts";

/** How a job stands. It ends in one of the last three. */
export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

/** A job: comparisons of one evaluation by one judge. */
export interface JobRecord {
  /** Its id. */
  readonly id: string;
  /** Id of the evaluation. */
  readonly evaluation: string;
  /** The judge: what requests call it, and the id that stands in its verdicts. */
  readonly judge: { readonly name: string; readonly id: string };
  /** How it stands. */
  readonly state: JobState;
  /** How many comparisons it asks for. */
  readonly total: number;
  /** How many of them have a verdict, those that were there before included. */
  readonly done: number;
  /** How many comparisons of this job came to no decision. */
  readonly invalid: number;
  /** When it was made, in milliseconds since 1970. */
  readonly created: number;
  /** When it ended, in milliseconds since 1970. */
  readonly finished?: number;
  /** Why it failed, or was cancelled by other means than a request. */
  readonly failure?: string;
}

/** Whose request made a job, and which one. */
export interface JobRequest {
  /** Who asked, as `keyOf` says it. */
  readonly owner: string;
  /** What they call the request, so that it makes one job however often it is sent. */
  readonly key?: string;
  /** Hash of what was asked for. */
  readonly hash: string;
}

/** A job that is to be made. */
export interface NewJob extends JobRequest, Pick<JobRecord, "id" | "evaluation" | "judge" | "total" | "created"> {
  /** What it compares. */
  readonly plan: Plan;
}

/** A job that is to be gone on with. */
export interface NextJob {
  /** The job. */
  readonly job: JobRecord;
  /** What it compares. */
  readonly plan: Plan;
  /** Comparisons that it has tried and that came to no decision, as `comparisonKey` says them. */
  readonly invalid: ReadonlySet<string>;
}

/** Keeps jobs. */
export interface Jobs {
  /** Adds one. */
  add(job: NewJob): void;
  /** The job that a request of this key has made, and the hash of that request. */
  made(owner: string, key: string): { readonly job: JobRecord; readonly hash: string } | undefined;
  /** One of them. */
  find(id: string): JobRecord | undefined;
  /** The thousand latest of them, or of those of an evaluation. */
  list(evaluation?: string): readonly JobRecord[];
  /** How many have not ended, and how many of those are somebody's. */
  waiting(owner: string): { readonly own: number; readonly all: number };
  /** Names of judges that have something to do. */
  judges(): readonly string[];
  /** What a judge is to do next: what it has begun, else the oldest. */
  next(judge: string): NextJob | undefined;
  /** Notes that a job runs, and how far it is. */
  begin(id: string, done: number): void;
  /** Adds verdicts and counts them, both or neither; nothing is done if the job has ended. */
  write(id: string, verdicts: readonly VerdictRow[]): void;
  /** Ends a job; false, and nothing is done, if it had ended. */
  end(id: string, state: "done" | "failed" | "cancelled", finished: number, failure?: string): boolean;
}

/** Tables of this. A job is not forgotten with its evaluation, but it ends with it. */
export const jobTables = `
  CREATE TABLE job (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    key TEXT,
    hash TEXT NOT NULL,
    evaluation TEXT NOT NULL,
    judge TEXT NOT NULL,
    judge_id TEXT NOT NULL,
    plan TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    total INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    invalid INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    finished INTEGER,
    failure TEXT,
    UNIQUE (owner, key)
  ) STRICT;
  CREATE INDEX job_of_evaluation ON job (evaluation);
  CREATE INDEX job_to_do ON job (judge) WHERE state IN ('queued', 'running');
  CREATE TABLE job_invalid (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    what TEXT NOT NULL,
    PRIMARY KEY (job, what)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER job_ends_with_evaluation AFTER DELETE ON evaluation BEGIN
    UPDATE job SET state = 'cancelled', finished = CAST(unixepoch('subsec') * 1000 AS INTEGER),
      failure = 'The evaluation was deleted'
    WHERE evaluation = old.id AND state IN ('queued', 'running');
  END;`;

/** Opens jobs. */
export function openJobs(database: DatabaseSync, evaluations: Evaluations): Jobs {
  const prepare = prepared(database);
  const all = (sql: string, ...values: (string | number | null)[]) => prepare(sql).all(...values);
  const changed = (sql: string, ...values: (string | number | null)[]) =>
    Number(prepare(sql).run(...values).changes) > 0;
  const open = "state IN ('queued', 'running')";
  return {
    add({ id, owner, key, hash, evaluation, judge, plan, total, created }) {
      changed(
        `INSERT INTO job (id, owner, key, hash, evaluation, judge, judge_id, plan, total, created)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[id, owner, key ?? null, hash, evaluation, judge.name, judge.id, JSON.stringify(plan), total, created],
      );
    },
    made(owner, key) {
      const row = all("SELECT * FROM job WHERE owner = ? AND key = ?", owner, key)[0];
      return row && { job: recordOf(row), hash: String(row.hash) };
    },
    find: (id) => all("SELECT * FROM job WHERE id = ?", id).map(recordOf)[0],
    list(evaluation) {
      const latest = "ORDER BY number DESC LIMIT 1000";
      const rows = evaluation === undefined
        ? all(`SELECT * FROM job ${latest}`)
        : all(`SELECT * FROM job WHERE evaluation = ? ${latest}`, evaluation);
      return rows.map(recordOf);
    },
    waiting(owner) {
      const row = all(`SELECT count(*) AS count, total(owner = ?) AS own FROM job WHERE ${open}`, owner)[0]!;
      return { own: Number(row.own), all: Number(row.count) };
    },
    judges: () => all(`SELECT DISTINCT judge FROM job WHERE ${open}`).map(({ judge }) => String(judge)),
    next(judge) {
      const row =
        all(`SELECT * FROM job WHERE judge = ? AND ${open} ORDER BY state = 'queued', number LIMIT 1`, judge)[0];
      if (!row) return undefined;
      const invalid = all("SELECT what FROM job_invalid WHERE job = ?", Number(row.number));
      return {
        job: recordOf(row),
        plan: JSON.parse(String(row.plan)) as Plan,
        invalid: new Set(invalid.map(({ what }) => String(what))),
      };
    },
    begin: (id, done) => void changed(`UPDATE job SET state = 'running', done = ? WHERE id = ? AND ${open}`, done, id),
    write: (id, verdicts) =>
      inTransaction(database, () => {
        const row = all(`SELECT number, evaluation FROM job WHERE id = ? AND ${open}`, id)[0];
        if (!row) return;
        evaluations.addVerdicts(String(row.evaluation), verdicts);
        const invalid = verdicts.filter(({ winner }) => winner === "invalid");
        const add = prepare("INSERT INTO job_invalid VALUES (?, ?) ON CONFLICT DO NOTHING");
        for (const verdict of invalid) add.run(Number(row.number), comparisonKey(verdict));
        const counted = "UPDATE job SET done = done + ?, invalid = invalid + ? WHERE id = ?";
        changed(counted, verdicts.length, invalid.length, id);
      }),
    end: (id, state, finished, failure) =>
      changed(
        `UPDATE job SET state = ?, finished = ?, failure = ? WHERE id = ? AND ${open}`,
        ...[state, finished, failure ?? null, id],
      ),
  };
}

function recordOf(row: Record<string, unknown>): JobRecord {
  const { id, evaluation, judge: name, judge_id, state, total, done, invalid, created, finished, failure } = row;
  return {
    ...{ id, evaluation, judge: { name, id: judge_id }, state, total, done, invalid, created },
    ...finished === null ? {} : { finished },
    ...failure === null ? {} : { failure },
  } as unknown as JobRecord;
}
