/** What routes of evaluations are about: it is there, or is told to be missing. */
import { Problem } from "../http/problem.ts";
import type { EvaluationRecord, Evaluations } from "./store.ts";

/** The evaluation of an id; a problem if there is none. */
export function existing(evaluations: Evaluations, id: string): EvaluationRecord {
  const found = evaluations.find(id);
  if (!found) throw missing();
  return found;
}

/** What is said where there is none. */
export function missing(): Problem {
  return new Problem(404, "Expected an evaluation but found none of this id");
}
