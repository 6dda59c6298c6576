/**
 * What evaluations keep in SQLite files.
 *
 * @module
 */
export { type SqliteStudyStore, sqliteStudyStore } from "./studies.ts";
