/** Statements that are prepared once: half of what a short one costs is preparing it. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Gives the statement of a text. There are as many as the program has texts: none is made of what a request says. */
export type Prepared = (sql: string) => StatementSync;

/** Makes it. */
export function prepared(database: DatabaseSync): Prepared {
  const known = new Map<string, StatementSync>();
  return (sql) => {
    let statement = known.get(sql);
    if (!statement) known.set(sql, statement = database.prepare(sql));
    return statement;
  };
}
