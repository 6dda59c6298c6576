/** Studies in a SQLite file. */
import { DatabaseSync } from "node:sqlite";
import type { StudyEvent } from "../human/event.ts";
import type { StudyStore } from "../human/store.ts";
import type { Study } from "../human/study.ts";

/** A store in a file, which is closed in the end. */
export interface SqliteStudyStore extends StudyStore, Disposable {
  /** Closes the file. */
  close(): void;
}

/** Marks files of this kind: "tare", as SQLite's application_id. */
const application = 0x74617265;
/** Of the tables below. */
const version = 1;

// What rules could be broken by a program that decided wrongly are rules of the file too: one vote of an annotator on a task at
// a time (a revision has the next number), no vote id twice, no vote taken back twice.
const schema = `
  CREATE TABLE studies (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL CHECK (json_valid(settings))
  ) STRICT;
  CREATE TABLE tasks (
    study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number >= 0),
    body TEXT NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (study, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number >= 0),
    body TEXT NOT NULL CHECK (json_valid(body)),
    kind TEXT NOT NULL AS (body ->> 'kind') CHECK (kind IN ('lease', 'vote', 'undo')),
    annotator TEXT NOT NULL AS (body ->> 'annotator'),
    task INTEGER NOT NULL AS (body ->> 'task'),
    vote TEXT AS (body ->> 'id') CHECK (kind = 'lease' OR vote IS NOT NULL),
    revision INTEGER AS (body ->> 'revision') CHECK (kind <> 'vote' OR revision >= 1),
    choice TEXT AS (body ->> 'choice') CHECK (kind <> 'vote' OR choice IN ('left', 'right', 'tie', 'bad', 'skip')),
    side TEXT AS (body ->> 'left') CHECK (kind = 'undo' OR side IN ('a', 'b')),
    PRIMARY KEY (study, number),
    FOREIGN KEY (study, task) REFERENCES tasks (study, number)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX one_vote ON events (study, annotator, task, revision) WHERE kind = 'vote';
  CREATE UNIQUE INDEX one_id ON events (study, vote) WHERE kind = 'vote';
  CREATE UNIQUE INDEX one_undo ON events (study, vote) WHERE kind = 'undo';
  PRAGMA application_id = ${application};
  PRAGMA user_version = ${version};
`;

/**
 * Opens a file of studies, or makes one. Votes that were acknowledged are in it after `kill -9` and after a power cut, and any
 * number of processes of one machine may have it open.
 *
 * @param path The file; its folder must be there.
 * @returns The store.
 * @throws {Error} If the file cannot be opened, is no SQLite database, is one of something else, or of another version.
 *
 * @example Usage
 * ```ts
 * import { sqliteStudyStore } from "@tare/eval/sqlite";
 * import { assertEquals } from "@std/assert";
 *
 * using store = sqliteStudyStore(":memory:");
 * assertEquals(await store.names(), []);
 * ```
 */
export function sqliteStudyStore(path: string): SqliteStudyStore {
  const database = open(path);
  const find = database.prepare("SELECT id, settings FROM studies WHERE name = ?");
  const tasks = database.prepare("SELECT body FROM tasks WHERE study = ? ORDER BY number");
  const names = database.prepare("SELECT name FROM studies ORDER BY name");
  const read = database.prepare(
    `SELECT body FROM events WHERE study = (SELECT id FROM studies WHERE name = ?) AND number >= ?
     ORDER BY number LIMIT ?`,
  );
  const length = database.prepare(
    `SELECT studies.id, (SELECT coalesce(max(number), -1) + 1 FROM events WHERE study = studies.id) AS length
     FROM studies WHERE name = ?`,
  );
  const addStudy = database.prepare("INSERT INTO studies (name, settings) VALUES (?, ?)");
  const addTask = database.prepare("INSERT INTO tasks (study, number, body) VALUES (?, ?, ?)");
  const addEvent = database.prepare("INSERT INTO events (study, number, body) VALUES (?, ?, ?)");
  const drop = [
    "DELETE FROM events WHERE study = (SELECT id FROM studies WHERE name = ?)",
    "DELETE FROM studies WHERE name = ?",
  ].map((sql) => database.prepare(sql));
  const close = () => database.close();
  return {
    create: async (study, events = []) =>
      await inTransaction(database, () => {
        const { name, tasks, ...settings } = study;
        if (find.get(name)) return false;
        const id = addStudy.run(name, JSON.stringify(settings)).lastInsertRowid;
        for (const [i, task] of tasks.entries()) addTask.run(id, i, JSON.stringify(task));
        for (const [i, event] of events.entries()) addEvent.run(id, i, JSON.stringify(event));
        return true;
      }),
    names: async () => await Promise.resolve(names.all().map(({ name }) => String(name))),
    find: async (name) =>
      await inTransaction(database, () => {
        const row = find.get(name);
        if (!row) return undefined;
        const list = tasks.all(row.id!).map(({ body }) => JSON.parse(String(body)));
        return { name, ...JSON.parse(String(row.settings)), tasks: list } as Study;
      }),
    read: async (name, from, limit) =>
      await Promise.resolve(read.all(name, from, limit).map(({ body }) => JSON.parse(String(body)) as StudyEvent)),
    append: async (name, at, event) =>
      await inTransaction(database, () => {
        const row = length.get(name);
        if (row?.length !== at) return false;
        addEvent.run(row.id!, at, JSON.stringify(event));
        return true;
      }),
    remove: async (name) =>
      await inTransaction(database, () => {
        const [, { changes }] = drop.map((statement) => statement.run(name)) as [unknown, { changes: number | bigint }];
        return Number(changes) > 0;
      }),
    close,
    [Symbol.dispose]: close,
  };
}

/** Opens a file and makes its tables, unless they are there. */
function open(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 10_000 });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    const opened = database;
    inTransaction(opened, () => {
      const number = (pragma: string) => Number(Object.values(opened.prepare(`PRAGMA ${pragma}`).get()!)[0]);
      const tables = Number(opened.prepare("SELECT count(*) AS n FROM sqlite_schema").get()!.n);
      const [kind, found] = [number("application_id"), number("user_version")];
      if (tables === 0 && kind === 0 && found === 0) opened.exec(schema);
      else if (kind !== application) throw new Error("found a database of something else: take another file");
      else if (found !== version) {
        const remedy = "export its studies with the version of Tare that wrote it and import them into a new file";
        throw new Error(`found one of version ${found}, not ${version}: ${remedy}`);
      }
    });
    return opened;
  } catch (error) {
    database?.close();
    const { message } = error as Error;
    const reason = message.startsWith("found")
      ? message
      : `found that it cannot be opened (${message}): take another file`;
    throw new Error(`Expected a file of studies at ${path} but ${reason}`, { cause: error });
  }
}

/** Runs work that nobody else's writing comes in between of. */
function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
