/**
 * What must not be lost, in files of SQLite.
 *
 * @module
 */
export { openStudyStore, type SqliteStudyStore } from "./studies.ts";
