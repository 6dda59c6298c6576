/**
 * What must not be lost, in files of SQLite.
 *
 * @module
 */
export { type Contents, openDatabase } from "./database.ts";
export { openCallLog, type SqliteCallLog } from "./call_log.ts";
export { inTransaction } from "./in_transaction.ts";
export { openStudyStore, type SqliteStudyStore } from "./studies.ts";
