/** The log of calls in a file. */
import { clearImmediate, setImmediate } from "node:timers";
import type { Answer } from "../ask/ask.ts";
import type { Call, CallLog } from "../ask/call_log.ts";
import type { Cost } from "../ask/spent.ts";
import { type Contents, openDatabase } from "./database.ts";

/** A log of calls in a file. */
export interface SqliteCallLog extends CallLog, Disposable {
  /** What all calls in the file have cost, those of earlier runs included. A request that a kill cut short is not in it. */
  spent(): Cost;
}

const contents: Contents = {
  name: "log of calls",
  application: 0x54415245, // TARE
  version: 1,
  // Texts are JSON: they may hold what UTF-8 and C cannot, half surrogates and the character 0.
  schema: `
    CREATE TABLE call (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL,
      at INTEGER NOT NULL,
      text TEXT,
      finish TEXT CHECK (finish IN ('stop', 'length', 'refusal')),
      input INTEGER CHECK (input >= 0),
      output INTEGER CHECK (output >= 0),
      failure TEXT,
      free INTEGER NOT NULL CHECK (free IN (0, 1)),
      CHECK ((text IS NULL) = (failure IS NOT NULL) AND (text IS NULL) = (finish IS NULL)),
      CHECK ((input IS NULL) = (output IS NULL) AND (input IS NULL OR text IS NOT NULL))
    ) STRICT;
    CREATE INDEX call_of_key ON call (key, id) WHERE text IS NOT NULL;`,
};

/** A call that waits to be written, and who waits for it. */
interface Waiting {
  readonly call: Call;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens a log of calls, or makes it. Calls that come while one turn of the event loop passes are written together, so that a
 * thousand a second wait for the disk some hundred times.
 *
 * @param path The file; `:memory:` for one that is gone afterwards.
 * @param wait Milliseconds to wait for another process that writes; the program stands still meanwhile. Usually 10,000.
 * @returns The log. Disposing of it writes what waits and closes the file.
 * @throws {Error} If the file cannot be opened, or holds something else; one sentence.
 *
 * @example Usage
 * ```ts
 * import { openCallLog } from "@tare/eval/sqlite";
 * import { assertEquals } from "@std/assert";
 *
 * using log = openCallLog(":memory:");
 * await log.append({ key: "k", at: 0, answer: { text: "A", finish: "stop", usage: { input: 7, output: 1 } } });
 * assertEquals((await log.answers("k")).map(({ text }) => text), ["A"]);
 * assertEquals(log.spent(), { tries: 1, answers: 1, failures: 0, input: 7, output: 1, unknown: 0 });
 * ```
 */
export function openCallLog(path: string, wait?: number): SqliteCallLog {
  const database = openDatabase(path, contents, wait);
  const insert = database.prepare(
    "INSERT INTO call (key, at, text, finish, input, output, failure, free) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const select = database.prepare(
    "SELECT text, finish, input, output FROM call WHERE key = ? AND text IS NOT NULL ORDER BY id DESC",
  );
  const sum = database.prepare(`
    SELECT count(*) AS tries, count(text) AS answers, count(failure) AS failures,
      total(input) AS input, total(output) AS output, -- sum() fails where integers end
      count(*) FILTER (WHERE input IS NULL AND NOT free) AS unknown FROM call`);
  let waiting: Waiting[] = [];
  let turn: ReturnType<typeof setImmediate> | undefined;

  function write(): void {
    const batch = waiting;
    waiting = [];
    try {
      database.exec("BEGIN IMMEDIATE");
      for (const { call } of batch) insert.run(...rowOf(call));
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const { resolve } of batch) resolve();
  }

  return {
    append: (call) =>
      new Promise((resolve, reject) => {
        if (!database.isOpen) throw new Error(`Cannot write to ${path}: it was closed`);
        if (waiting.length === 0) turn = setImmediate(write);
        waiting.push({ call, resolve, reject });
      }),
    // deno-lint-ignore require-await -- what it throws is to be a rejection
    answers: async (key) => select.all(key).map((row) => answerOf(row as unknown as Row)),
    spent: () => ({ ...sum.get() }) as unknown as Cost,
    [Symbol.dispose]() {
      if (!database.isOpen) return;
      clearImmediate(turn);
      if (waiting.length > 0) write();
      database.close();
    },
  };
}

/** What the database gives of an answer; its checks see to the types. */
interface Row {
  readonly text: string;
  readonly finish: Answer["finish"];
  readonly input: number | null;
  readonly output: number | null;
}

function answerOf({ text, finish, input, output }: Row): Answer {
  const usage = input === null || output === null ? {} : { usage: { input, output } };
  return { text: JSON.parse(text), finish, ...usage };
}

function rowOf({ key, at, answer, failure, free = false }: Call): (string | number | null)[] {
  const { text, finish, usage } = answer ?? {};
  const why = answer ? null : failure ?? "No reason given";
  const json = text === undefined ? null : JSON.stringify(text);
  return [key, Math.trunc(at), json, finish ?? null, usage?.input ?? null, usage?.output ?? null, why, free ? 1 : 0];
}
