/** Rows as they come from a file: every field is checked, and what is wrong is named. */
import type { BaselineRow, SamplingRecord, ScoredResponse } from "./row.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks a row of a baseline table.
 *
 * @param json A line of `baselines.jsonl` as `JSON.parse` gives it; fields of other names may be there and are left out.
 * @param where What to call it in errors, such as file and line.
 * @returns The row.
 * @throws {TypeError} If a field is missing or of a wrong kind.
 * @throws {RangeError} If there are no responses, as many rewards as responses are not there, one of them is not finite,
 * or the hash is none.
 *
 * @example Usage
 * ```ts
 * import { parseBaselineRow } from "@tare/contrastive";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const line = {
 *   ...{ promptId: "tea", promptHash: "ab".repeat(32), responses: [" Yes.", " No."], rewards: [1, 3] },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * };
 * assertEquals(parseBaselineRow(line, "baselines.jsonl, line 1").rewards, [1, 3]);
 * assertThrows(() => parseBaselineRow({ ...line, rewards: [1] }), RangeError, "expected 2 rewards");
 * ```
 */
export function parseBaselineRow(json: unknown, where = "baseline row"): BaselineRow {
  const row = fieldsOf(json, where, "a row");
  const responses = listOf(row.responses, `${where}: responses`).map((text, i) =>
    textOf(text, `${where}: responses.${i}`)
  );
  const rewards = listOf(row.rewards, `${where}: rewards`).map((number, i) =>
    rewardOf(number, `${where}: rewards.${i}`)
  );
  const sampling = samplingOf(row.sampling, `${where}: sampling`);
  if (responses.length !== sampling.k) {
    throw new RangeError(`${where}: expected k = ${sampling.k} responses but found ${responses.length}`);
  }
  if (rewards.length !== responses.length) {
    throw new RangeError(
      `${where}: expected ${responses.length} rewards, one for each response, but found ${rewards.length}`,
    );
  }
  const text = (field: string) => textOf(row[field], `${where}: ${field}`);
  const scored = (field: "greedy" | "dataset") =>
    row[field] === undefined ? {} : { [field]: scoredOf(row[field], `${where}: ${field}`) };
  return {
    ...{ promptId: text("promptId"), promptHash: hashOf(text("promptHash"), `${where}: promptHash`) },
    ...row.prompt === undefined ? {} : { prompt: text("prompt") },
    ...{ responses, rewards },
    ...scored("greedy"),
    ...scored("dataset"),
    ...{ policy: text("policy"), rewardModel: text("rewardModel"), template: text("template"), sampling },
  };
}

/** How responses were drawn; k = 0 gives nothing to subtract. */
function samplingOf(value: unknown, where: string): SamplingRecord {
  const fields = fieldsOf(value, where, "a record");
  const [k, temperature, maxTokens, seed] = ["k", "temperature", "maxTokens", "seed"].map((name) =>
    finiteOf(fields[name], `${where}.${name}`)
  ) as [number, number, number, number];
  if (!Number.isInteger(k) || k < 1) {
    throw new RangeError(`${where}.k: expected 1 response to each prompt, or more, but found ${k}: sample with -k 5`);
  }
  return { k, temperature, maxTokens, seed };
}

function scoredOf(value: unknown, where: string): ScoredResponse {
  const fields = fieldsOf(value, where, "a response and its reward");
  return {
    response: textOf(fields.response, `${where}.response`),
    reward: rewardOf(fields.reward, `${where}.reward`),
  };
}

function hashOf(value: string, where: string): string {
  if (/^[0-9a-f]{64}$/.test(value)) return value;
  throw new RangeError(`${where}: expected a SHA-256 in 64 hexadecimal digits but found "${value.slice(0, 80)}"`);
}

function fieldsOf(value: unknown, where: string, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new TypeError(`${where}: expected ${what} with fields but found ${wordFor(value)}`);
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${where}: expected a list but found ${wordFor(value)}`);
}

function textOf(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${where}: expected text but found ${wordFor(value)}`);
}

/** Rewards are computed in 32 bits: what is no number there is none. */
function rewardOf(value: unknown, where: string): number {
  const reward = finiteOf(value, where);
  if (Number.isFinite(Math.fround(reward))) return reward;
  throw new RangeError(`${where}: expected a reward that 32 bits can hold but found ${reward}`);
}

function finiteOf(value: unknown, where: string): number {
  if (typeof value !== "number") throw new TypeError(`${where}: expected a number but found ${wordFor(value)}`);
  if (!Number.isFinite(value)) throw new RangeError(`${where}: expected a finite number but found ${value}`);
  return value;
}

/** A value in words. */
function wordFor(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return { string: "text", number: "a number", boolean: "a boolean" }[typeof value as string] ?? "an object";
}
