/** Files that hold what must not be lost. */
import { DatabaseSync } from "node:sqlite";

/** What a file holds. */
export interface Contents {
  /** What it is called in messages, such as `log of calls`. */
  readonly name: string;
  /** A number that tells files of this kind from others: SQLite's `application_id`. */
  readonly application: number;
  /** A number that grows whenever the tables change: SQLite's `user_version`. */
  readonly version: number;
  /** Makes the tables. */
  readonly schema: string;
}

/**
 * Opens a file, or makes it. What is committed survives `kill -9` and a power cut: a write-ahead log, synchronous.
 *
 * @param path Where it is; `:memory:` for a file that is gone afterwards.
 * @param contents What it holds.
 * @param wait Milliseconds to wait for another process that writes; the program stands still meanwhile.
 * @returns The database.
 * @throws {Error} If the file cannot be opened, is none of SQLite, or holds something else; one sentence.
 *
 * @example Usage
 * ```ts
 * import { type Contents, openDatabase } from "@tare/eval/sqlite";
 * import { assertEquals } from "@std/assert";
 *
 * const contents: Contents = {
 *   ...{ name: "list of guests", application: 0x47535453, version: 1 }, // GSTS
 *   schema: "CREATE TABLE guest (name TEXT PRIMARY KEY) STRICT",
 * };
 * using guests = openDatabase(":memory:", contents);
 * guests.prepare("INSERT INTO guest VALUES (?)").run("ann");
 * assertEquals(guests.prepare("SELECT count(*) AS guests FROM guest").get()?.guests, 1);
 * ```
 */
export function openDatabase(path: string, contents: Contents, wait: number = 10_000): DatabaseSync {
  const { name } = contents;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: wait });
    prepare(database, path, contents);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    if (error instanceof WrongFile) throw new Error(error.message);
    const why = error instanceof Error ? error.message : `${error}`;
    throw new Error(
      `Cannot open ${path} as a ${name}: ${why}; name a file that Tare wrote, or one that is not there yet`,
    );
  }
}

class WrongFile extends Error {}

function prepare(database: DatabaseSync, path: string, { name, application, version, schema }: Contents): void {
  const number = (pragma: string) => Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  const check = () => {
    const found = { application: number("application_id"), version: number("user_version") };
    if (found.application !== application) {
      throw new WrongFile(`Expected ${path} to be a ${name} but found a database of something else: name another file`);
    }
    if (found.version !== version) {
      throw new WrongFile(
        `Expected ${path} to be a ${name} of version ${version} but found version ${found.version}: ` +
          `move it away to begin anew, or use the release of Tare that wrote it`,
      );
    }
  };
  const empty = () => number("schema_version") === 0;
  if (!empty()) check(); // before anything is written to it
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; BEGIN IMMEDIATE");
  if (empty()) database.exec(`PRAGMA application_id = ${application}; PRAGMA user_version = ${version}; ${schema}`);
  database.exec("COMMIT");
  check(); // another process may have been first
}
