/** Verdicts as preference pairs, which preference methods learn from. */
import type { Message } from "../ask/ask.ts";
import { type Evaluation, responsesOf } from "./evaluation.ts";
import { shown } from "./fields.ts";

/** A preference pair, as TRL reads it: `T` is a text, or a list of messages. */
export interface PreferenceRow<T> {
  /** What was asked. */
  readonly prompt: T;
  /** The better response. */
  readonly chosen: T;
  /** The worse one. */
  readonly rejected: T;
}

/** Preference pairs and what became of every verdict: judged = exported + ties + invalid + equal. */
export interface Preferences<T> {
  /** The pairs, in the order of the verdicts. */
  readonly rows: readonly PreferenceRow<T>[];
  /** How many verdicts went where. */
  readonly counts: {
    /** All verdicts of the judge. */
    readonly judged: number;
    /** Those that became a pair. */
    readonly exported: number;
    /** Those that prefer neither. */
    readonly ties: number;
    /** Those that are none. */
    readonly invalid: number;
    /** Those that prefer one of two equal texts. */
    readonly equal: number;
  };
}

/** How preference pairs are made. */
export interface PreferenceOptions<Form extends "text" | "messages" = "text" | "messages"> {
  /** Whose verdicts they are. */
  readonly judge: string;
  /** Texts, or lists of messages. */
  readonly form: Form;
  /** The conversation that a prompt is; one message of the user by default. Used for messages alone. */
  readonly messagesOf?: (prompt: string) => readonly Message[];
}

/**
 * Preference pairs from the verdicts of one judge, with fields as TRL has them. Ties and invalid verdicts prefer nothing
 * and are left out, and counted.
 *
 * @param evaluation Responses and verdicts.
 * @param options Whose verdicts, and which form.
 * @returns Pairs and counts.
 * @throws {RangeError} If the judge decided nothing, or rows do not fit together.
 *
 * @example Usage
 * ```ts
 * import { preferenceRows } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * const said = { promptId: "p", prompt: "2 + 2?" };
 * const responses = [{ policy: "sft", response: "5", ...said }, { policy: "ppo", response: "4", ...said }];
 * const verdicts = [{ judge: "ann", promptId: "p", a: "sft", b: "ppo", winner: "b" }] as const;
 *
 * const { rows, counts } = preferenceRows({ responses, verdicts }, { judge: "ann", form: "text" });
 * assertEquals(rows, [{ prompt: "2 + 2?", chosen: "4", rejected: "5" }]);
 * assertEquals(counts, { judged: 1, exported: 1, ties: 0, invalid: 0, equal: 0 });
 *
 * const chats = preferenceRows({ responses, verdicts }, { judge: "ann", form: "messages" });
 * assertEquals(chats.rows[0]?.chosen, [{ role: "assistant", content: "4" }]);
 * ```
 */
export function preferenceRows(evaluation: Evaluation, options: PreferenceOptions<"text">): Preferences<string>;
/**
 * The same as lists of messages.
 *
 * @param evaluation Responses and verdicts.
 * @param options Whose verdicts, and which form.
 * @returns Pairs and counts.
 */
export function preferenceRows(
  evaluation: Evaluation,
  options: PreferenceOptions<"messages">,
): Preferences<readonly Message[]>;
export function preferenceRows(
  evaluation: Evaluation,
  { judge, form, messagesOf = (content) => [{ role: "user", content }] }: PreferenceOptions,
): Preferences<string> | Preferences<readonly Message[]> {
  const find = responsesOf(evaluation);
  const judged = evaluation.verdicts.filter((verdict) => verdict.judge === judge);
  if (judged.length === 0) {
    const judges = [...new Set(evaluation.verdicts.map((verdict) => shown(verdict.judge)))];
    throw new RangeError(`Expected a judge with verdicts (${judges.join(", ") || "none"}) but found ${shown(judge)}`);
  }
  const counts = { judged: judged.length, exported: 0, ties: 0, invalid: 0, equal: 0 };
  const rows: PreferenceRow<string>[] = [];
  for (const verdict of judged) {
    const [a, b] = find(verdict);
    if (verdict.winner === "tie") counts.ties++;
    else if (verdict.winner === "invalid") counts.invalid++;
    else if (a.response === b.response) counts.equal++;
    else {
      const [chosen, rejected] = verdict.winner === "a" ? [a, b] : [b, a];
      rows.push({ prompt: a.prompt, chosen: chosen.response, rejected: rejected.response });
    }
  }
  counts.exported = rows.length;
  if (form === "text") return { rows, counts };
  const said = (content: string): readonly Message[] => [{ role: "assistant", content }];
  return {
    rows: rows.map(({ prompt, chosen, rejected }) => ({
      prompt: messagesOf(prompt),
      chosen: said(chosen),
      rejected: said(rejected),
    })),
    counts,
  };
}
