/** What is told where a file of the data folder cannot be read or written just now. */
import { Problem } from "../http/problem.ts";

/** Why, by SQLite's own words (its codes do not come with every error), and seconds after which it may be over. */
const reasons: Readonly<Record<string, readonly [why: string, seconds: number]>> = {
  "database is locked": ["another program writes to it", 2],
  "attempt to write a readonly database": ["it may not be written", 60],
  "disk I/O error": ["the disk fails", 60],
  "database or disk is full": ["the disk is full", 60],
};

/**
 * A problem for clients that come again, such as an annotator's page: nothing of what they asked for is done.
 *
 * @param error What was thrown.
 * @returns The problem; none if it is no failure of a file.
 */
export function storeProblem(error: unknown): Problem | undefined {
  const known = error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
  const [why, seconds] = known ? reasons[error.message] ?? [] : [];
  if (why === undefined) return undefined;
  return new Problem(503, `Expected to keep this but cannot use the data folder, ${why}: ask again`, {
    headers: { "retry-after": `${seconds}` },
  });
}
