/** Evaluations that the server begins with: files and folders of this machine. */
import type { Evaluation } from "@tare/eval/report";
import type { Store } from "@tare/server";
import { readEvaluation, readResponsesOf } from "../compare/evaluation.ts";
import { isFolder } from "../files.ts";
import { UsageError } from "../flags.ts";

/**
 * Takes evaluations in, unless there are some of their names.
 *
 * @param store Where they go.
 * @param places As `NAME=FILE|DIR`: responses as JSONL, or a folder of `tare eval compare`.
 * @param note Told what is added, and what was there before.
 * @throws {UsageError} If a place has no name or cannot be read, or holds fewer than two policies.
 */
export async function addEvaluations(
  { evaluations }: Pick<Store, "evaluations">,
  places: readonly string[],
  note: (line: string) => void,
): Promise<void> {
  for (const text of places) {
    const [, name, place] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || place === undefined) {
      throw new UsageError(`Expected --add with NAME=FILE or NAME=DIR but found "${text}"`);
    }
    if (evaluations.list().some((found) => found.name === name)) {
      note(`${name}: an evaluation of this name is there already, so ${place} is not read`);
      continue;
    }
    const rows = await readRows(place);
    evaluations.create({ id: crypto.randomUUID(), name, created: Date.now() }, rows);
    note(`${name}: ${rows.responses.length} responses and ${rows.verdicts.length} verdicts of ${place}`);
  }
}

async function readRows(place: string): Promise<Evaluation> {
  const { responses, verdicts } = await isFolder(place)
    ? await readEvaluation(place)
    : { responses: await readResponsesOf(place), verdicts: [] };
  const policies = new Set(responses.map(({ policy }) => policy));
  if (policies.size >= 2) {
    const texts = responses.map(({ policy, promptId, prompt, response }) => ({ policy, promptId, prompt, response }));
    return { responses: texts, verdicts };
  }
  throw new UsageError(
    `Expected responses of two policies or more in ${place} but found ${[...policies].join() || "none"}`,
  );
}
