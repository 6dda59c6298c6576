/** Judges by their names. */
import { Problem } from "../http/problem.ts";
import type { NamedJudge } from "../options.ts";

/** The judges of an app, as a map: no name of a request finds what objects inherit. */
export function judgeMap(judges: Readonly<Record<string, NamedJudge>> = {}): ReadonlyMap<string, NamedJudge> {
  return new Map(Object.entries(judges));
}

/** The judge of a name; a problem that says which there are if there is none. */
export function judgeOf(judges: ReadonlyMap<string, NamedJudge>, name: string): NamedJudge {
  const judge = judges.get(name);
  if (judge) return judge;
  const known = judges.size === 0 ? "a judge" : `one of the judges ${[...judges.keys()].join(", ")}`;
  const advice = judges.size === 0 ? ": the server's configuration names none" : "";
  throw new Problem(404, `Expected ${known} but found ${JSON.stringify(name.slice(0, 80))}${advice}`);
}
