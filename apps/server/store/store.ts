/** The data folder: everything that must not be lost, in three files of SQLite. */
import { mkdirSync } from "node:fs";
import {
  openCallLog,
  openDatabase,
  openStudyStore,
  type SqliteCallLog,
  type SqliteStudyStore,
} from "@tare/eval/sqlite";
import { type Access, accessTables, openAccess } from "../access/store.ts";
import { filesIn, type ResponseFiles } from "../evaluations/files.ts";
import { type Evaluations, evaluationTables, openEvaluations } from "../evaluations/store.ts";
import type { KeptBaselines } from "../rewards/draw_baselines.ts";
import { baselineTables, openKeptBaselines } from "../rewards/store.ts";
import { type Jobs, jobTables, openJobs } from "../judging/store.ts";

/**
 * Milliseconds to wait for another program that writes to a file. Nobody else should, and everybody waits: who looked into a
 * file by hand costs some requests a second, and votes come again.
 */
const wait = 1_000;

/** What the server keeps. Disposing of it closes the files. */
export interface Store extends Disposable {
  /** Tokens and invitations. */
  readonly access: Access;
  /** Evaluations. */
  readonly evaluations: Evaluations;
  /** Jobs of judges. */
  readonly jobs: Jobs;
  /** Studies: tasks and votes of people; a study has the id of its evaluation for a name. */
  readonly studies: SqliteStudyStore;
  /** Baselines that were drawn on the spot. */
  readonly baselines: KeptBaselines;
  /** Files of responses that the owner put into the folder `responses` in it. */
  readonly files: ResponseFiles;
  /** Calls of judges: what was paid for is not asked again. */
  readonly calls: SqliteCallLog;
}

/**
 * Opens a data folder, or makes one.
 *
 * @param folder Where it is; `:memory:` for one that is gone afterwards.
 * @returns The store. Disposing of it closes its files.
 * @throws {Error} If a file cannot be opened or was written by another version; one sentence.
 *
 * @example Usage
 * ```ts
 * import { openStore } from "@tare/server";
 * import { assertEquals } from "@std/assert";
 *
 * using store = openStore(":memory:");
 * assertEquals(store.evaluations.list(), []);
 * ```
 */
export function openStore(folder: string): Store {
  const memory = folder === ":memory:";
  if (!memory) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string) => memory ? folder : `${folder}/${name}.sqlite`;
  using stack = new DisposableStack();
  const database = openDatabase(file("server"), {
    ...{ name: "data folder of the server", application: 0x54535256, version: 1 }, // TSRV
    schema: [accessTables, evaluationTables, jobTables, baselineTables].join("\n"),
  }, wait);
  stack.defer(() => database.close());
  const studies = stack.use(openStudyStore(file("studies"), wait));
  const calls = stack.use(openCallLog(file("calls"), wait));
  const opened = stack.move();
  const evaluations = openEvaluations(database);
  return {
    files: filesIn(memory ? undefined : `${folder}/responses`),
    ...{ access: openAccess(database), evaluations, jobs: openJobs(database, evaluations), studies, calls },
    baselines: openKeptBaselines(database),
    [Symbol.dispose]: () => opened.dispose(),
  };
}
