/** Studies in a SQLite file. */
import type { Study, StudyEvent, StudyStore } from "@tare/eval/human";
import { type Contents, openDatabase } from "./database.ts";
import { inTransaction } from "./in_transaction.ts";

/** A store in a file. Disposing of it closes the file. */
export interface SqliteStudyStore extends StudyStore, Disposable {}

// What rules could be broken by a program that decided wrongly are rules of the file too: one vote of an annotator on a task at
// a time (a revision has the next number), no vote id twice, no vote taken back twice.
// Tasks and events are JSON, which may hold what columns cannot: half surrogates and the character 0.
const contents: Contents = {
  name: "file of studies",
  application: 0x54535455, // TSTU
  version: 1,
  schema: `
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
    CREATE UNIQUE INDEX one_undo ON events (study, vote) WHERE kind = 'undo';`,
};

/**
 * Opens a file of studies, or makes one. Votes that were acknowledged are in it after `kill -9` and after a power cut, and any
 * number of processes of one machine may have it open.
 *
 * @param path The file; `:memory:` for one that is gone afterwards.
 * @param wait Milliseconds to wait for another process that writes; the program stands still meanwhile. Usually 10,000.
 * @returns The store. Disposing of it closes the file.
 * @throws {Error} If the file cannot be opened, or holds something else; one sentence.
 *
 * @example Usage
 * ```ts
 * import { openStudyStore } from "@tare/eval/sqlite";
 * import { assertEquals } from "@std/assert";
 *
 * using store = openStudyStore(":memory:");
 * assertEquals(await store.names(), []);
 * ```
 */
export function openStudyStore(path: string, wait?: number): SqliteStudyStore {
  const database = openDatabase(path, contents, wait);
  const find = database.prepare(
    "SELECT settings, body FROM studies JOIN tasks ON tasks.study = studies.id WHERE name = ? ORDER BY number",
  );
  const names = database.prepare("SELECT name FROM studies");
  const read = database.prepare(
    `SELECT body FROM events WHERE study = (SELECT id FROM studies WHERE name = ?) AND number >= ?
     ORDER BY number LIMIT ?`,
  );
  const length = database.prepare(
    `SELECT studies.id, (SELECT coalesce(max(number), -1) + 1 FROM events WHERE study = studies.id) AS length
     FROM studies WHERE name = ?`,
  );
  const addStudy = database.prepare("INSERT INTO studies (name, settings) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const addTask = database.prepare("INSERT INTO tasks (study, number, body) VALUES (?, ?, ?)");
  const addEvent = database.prepare("INSERT INTO events (study, number, body) VALUES (?, ?, ?)");
  const drop = database.prepare("DELETE FROM studies WHERE name = ?"); // tasks and events go with it
  return {
    create: async (study, events = []) =>
      await inTransaction(database, () => {
        const { name, tasks, ...settings } = study;
        const { changes, lastInsertRowid: id } = addStudy.run(name, JSON.stringify(settings));
        if (Number(changes) === 0) return false;
        for (const [i, task] of tasks.entries()) addTask.run(id, i, JSON.stringify(task));
        for (const [i, event] of events.entries()) addEvent.run(id, i, JSON.stringify(event));
        return true;
      }),
    names: async () => await Promise.resolve(names.all().map(({ name }) => String(name)).sort()),
    find: async (name) => {
      const rows = await Promise.resolve(find.all(name));
      if (!rows[0]) return undefined;
      const tasks = rows.map(({ body }) => JSON.parse(String(body)));
      return { name, ...JSON.parse(String(rows[0].settings)), tasks } as Study;
    },
    read: async (name, from, limit) =>
      await Promise.resolve(read.all(name, from, limit).map(({ body }) => JSON.parse(String(body)) as StudyEvent)),
    append: async (name, at, events) =>
      await inTransaction(database, () => {
        const row = length.get(name);
        if (row?.length !== at) return false;
        for (const [i, event] of events.entries()) addEvent.run(row.id!, at + i, JSON.stringify(event));
        return true;
      }),
    remove: async (name) => await inTransaction(database, () => Number(drop.run(name).changes) > 0),
    [Symbol.dispose]: () => database.close(),
  };
}
