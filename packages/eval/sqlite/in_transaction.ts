/** Writes that belong together. */
import type { DatabaseSync } from "node:sqlite";

/**
 * Does all of it or nothing, and nobody else's writing comes in between. Inside of another transaction it is part of that one.
 *
 * @param database Where.
 * @param work What; it must not wait for anything.
 * @returns What the work gives.
 * @throws {Error} What the work throws, or SQLite; then nothing is written.
 *
 * @example Usage
 * ```ts
 * import { inTransaction, openDatabase } from "@tare/eval/sqlite";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const contents = { name: "list of guests", application: 0x47535453, version: 1 };
 * using guests = openDatabase(":memory:", { ...contents, schema: "CREATE TABLE guest (name TEXT PRIMARY KEY) STRICT" });
 * const add = guests.prepare("INSERT INTO guest VALUES (?)");
 * assertThrows(() => inTransaction(guests, () => [add.run("ann"), add.run("ann")]), Error, "UNIQUE");
 * assertEquals(guests.prepare("SELECT count(*) AS guests FROM guest").get()?.guests, 0);
 * ```
 */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work();
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
