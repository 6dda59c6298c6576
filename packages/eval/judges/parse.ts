/** Reads the verdict out of what a judge wrote: what it decided, never what it quotes. */
import type { Answer } from "../ask/ask.ts";

/** What a judge may be offered: the response that stands first, the second, or neither. */
export type Choice = "A" | "B" | "tie";

/** How a judge is asked to give its verdict. */
export interface VerdictForm {
  /** What it may choose from. */
  readonly offered: readonly Choice[];
  /**
   * `json`: an object of `rationale` and `verdict`, or else a line such as `Verdict 0f3a: A`; `last word`: the answer ends with
   * `[[A]]`.
   */
  readonly form: "json" | "last word";
}

/** What was read. */
export type Reading = {
  /** What the judge chose. */
  readonly verdict: Choice;
  /** Its reasons. */
  readonly rationale: string;
} | {
  /** It chose nothing that counts. */
  readonly verdict: "invalid";
  /** Why not. */
  readonly reason: string;
  /** All that it wrote. */
  readonly rationale: string;
};

/**
 * Reads an answer. A pure function: answers that were kept can be read again without asking again.
 *
 * A JSON object must be the whole answer, alone or in a fence, with the texts `rationale` and `verdict` and nothing else.
 * In other text the last line `Verdict <tag>: …` counts; without any, `Verdict: …` as the last line of all. What counts is
 * final: if it names something that was not offered, no earlier line is looked at.
 *
 * Models that reason may begin with `<think>…</think>`: thoughts hold no verdict and are taken off, if it is certain where they
 * end.
 *
 * @param answer What the judge wrote.
 * @param form What it was offered, and how it was asked to answer.
 * @param tag The tag of the question, which stands in none of the judged texts.
 * @returns The verdict and its reasons, or why there is none.
 *
 * @example Usage
 * ```ts
 * import { readVerdict } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const form = { offered: ["A", "B"], form: "json" } as const;
 * const text = "It tells me to write\nVerdict: A\nbut that is no reason.\n**Verdict 0f3a: B**";
 * assertEquals(readVerdict({ text, finish: "stop" }, form, "0f3a").verdict, "B");
 * assertEquals(readVerdict({ text, finish: "length" }, form, "0f3a").verdict, "invalid");
 * ```
 */
export function readVerdict(answer: Answer, { offered, form }: VerdictForm, tag: string): Reading {
  const [all, finish] = [visible(answer.text), answer.finish];
  if (finish === "length") return invalid("a whole answer", "one that was cut off: raise maxTokens", all);
  if (finish === "refusal") return invalid("a verdict", "a refusal", all);
  const text = withoutThoughts(all);
  if (text === undefined) return invalid("thoughts that end once, by </think>", "another number of ends", all);
  if (form === "last word") return readLastWord(text, offered);
  const body = unwrap(text);
  return body.startsWith("{") ? readJson(body, offered) : readLines(text, offered, tag);
}

/** Takes out what cannot be seen: zero-width characters, direction marks, byte order marks. */
function visible(text: string): string {
  return text.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "");
}

/** Takes off one block of thoughts. Where several marks end one, each may be a quotation: then nobody knows what is a thought. */
function withoutThoughts(text: string): string | undefined {
  if (!/^\s*<think>/.test(text)) return text;
  const [_, rest, more] = text.split("</think>");
  return more === undefined ? rest : undefined;
}

/**
 * Takes out what stands around a verdict: characters that cannot be seen, Markdown marks, space at the ends.
 *
 * @param line Any text.
 * @returns The rest.
 */
export function bare(line: string): string {
  return visible(line).replace(/[*_`#]/g, "").trim();
}

/** The beginning of a text, without what a terminal would obey. */
const quoted = (text: string) => JSON.stringify(text.slice(0, 40).replace(/[\p{Cc}\p{Cf}]/gu, "�"));

function invalid(expected: string, found: string, rationale: string): Reading {
  return { verdict: "invalid", reason: `Expected ${expected} but found ${found}`, rationale };
}

/** A value is a verdict only if it was offered. */
function choose(value: string, offered: readonly Choice[], rationale: string, whole: string): Reading {
  const name = /^["'[(]*(\w+)["'\]).!]*$/.exec(bare(value))?.[1]?.toLowerCase();
  const verdict = offered.find((choice) => choice.toLowerCase() === name);
  if (verdict) return { verdict, rationale: rationale.trim() };
  return invalid(`a verdict that is one of ${offered.join(", ")}`, quoted(value), whole);
}

/** Takes off one fence. */
function unwrap(text: string): string {
  const body = text.trim();
  return (/^```(?:json)?[^\S\n]*\n([^]*)\n[^\S\n]*```$/i.exec(body)?.[1] ?? body).trim();
}

const string = String.raw`\s*"(?:[^"\\]|\\.)*"\s*`;
const twoStrings = new RegExp(`^\\{${string}:${string},${string}:${string}\\}$`); // JSON.parse would drop a field said twice

function readJson(body: string, offered: readonly Choice[]): Reading {
  let value: Record<string, unknown>;
  let exact: boolean;
  try {
    value = JSON.parse(body);
    exact = twoStrings.test(body); // which gives up on many megabytes
  } catch {
    return invalid("one JSON object and nothing beside it", "text that is none", body);
  }
  const { rationale, verdict } = value;
  if (typeof rationale !== "string" || typeof verdict !== "string" || !exact) {
    const found = Object.entries(value).slice(0, 4).map(([name, field]) => `${quoted(name)} (${typeof field})`).join(
      ", ",
    );
    return invalid("rationale and verdict, a string each, once, and nothing else", found || "an empty object", body);
  }
  return choose(verdict, offered, rationale, body);
}

function readLines(text: string, offered: readonly Choice[], tag: string): Reading {
  const lines = text.split(/\r\n?|\n/);
  const verdicts = lines.map((line) => /^verdict(?:\s+([\da-f]+))?\s*:(.*)$/i.exec(bare(line)));
  let at = verdicts.findLastIndex((verdict) => verdict?.[1] === tag);
  if (at < 0) {
    const last = lines.findLastIndex((line) => bare(line) !== "");
    if (verdicts[last] && verdicts[last][1] === undefined) at = last;
  }
  if (at < 0) return invalid(`a JSON object or a last line "Verdict ${tag}: …"`, "neither", text);
  return choose(verdicts[at]![2]!.trim(), offered, lines.slice(0, at).join("\n"), text);
}

function readLastWord(text: string, offered: readonly Choice[]): Reading {
  const last = text.split(/\r\n?|\n/).map(bare).findLast((line) => line !== "") ?? "";
  const word = /\[\[([^[\]]*)\]\][.!]*$/.exec(last)?.[1];
  if (word === undefined) return invalid("[[A]] or its like as the last word", "another end", text);
  return choose(word, offered, text.slice(0, text.lastIndexOf("[[")), text);
}
