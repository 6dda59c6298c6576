/** Fields of a row, checked one by one: rows come by the million, and each mistake must name its field. */
import type { ChatMessage } from "../tokenizer/tokenizer.ts";

/** Fields by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with a field, before anyone says in which file and line. */
export class FieldError extends SyntaxError {
  readonly problem: string;
  readonly field?: string;

  constructor(problem: string, field?: string) {
    super(field === undefined ? problem : `${field}: ${problem}`);
    this.problem = problem;
    this.field = field;
  }
}

/** A value in words. */
function wordFor(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (ArrayBuffer.isView(value)) return "bytes";
  if (value instanceof Date) return "a date";
  return { string: "text", number: "a number", bigint: "a number", boolean: "a boolean" }[typeof value as string] ??
    "an object";
}

/** The fields of a row, which is an object. */
export function fieldsOf(row: unknown): Fields {
  if (wordFor(row) === "an object") return row as Fields;
  throw new FieldError(`expected an object with fields but found ${wordFor(row)}`);
}

/** Whether a field is there; null is what Parquet has where there is nothing. */
export function has(fields: Fields, field: string): boolean {
  return Object.hasOwn(fields, field) && fields[field] !== undefined && fields[field] !== null;
}

/** Says which fields a format has, and which were found. */
export function refuseFields(fields: Fields, expected: string): never {
  const found = Object.keys(fields).slice(0, 8).map((name) => name.slice(0, 40)).join(", ");
  throw new FieldError(`expected the fields ${expected} but found ${found || "none"}`);
}

/** A text of whole characters: half of a surrogate pair is none, and no tokenizer gives it back. */
export function textOf(fields: Fields, field: string, path: string = field): string {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (typeof value !== "string") throw new FieldError(`expected text but found ${wordFor(value)}`, path);
  if (!value.isWellFormed()) {
    throw new FieldError("expected whole characters but found half of a surrogate pair", path);
  }
  return value;
}

/** A number; Parquet has large integers as bigint. */
export function numberOf(fields: Fields, field: string): number {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new FieldError(`expected a number but found ${typeof value === "number" ? value : wordFor(value)}`, field);
}

const roles = ["system", "developer", "user", "assistant", "tool"];

/** A conversation of one message or more. */
export function messagesOf(fields: Fields, field: string): ChatMessage[] {
  const list = fields[field];
  if (!Array.isArray(list)) throw new FieldError(`expected a list of messages but found ${wordFor(list)}`, field);
  if (list.length === 0) throw new FieldError("expected one message or more but found none", field);
  return list.map((message, i) => {
    const path = `${field}.${i}`;
    if (wordFor(message) !== "an object") {
      throw new FieldError(`expected a message but found ${wordFor(message)}`, path);
    }
    const role = textOf(message, "role", `${path}.role`);
    if (!roles.includes(role)) {
      throw new FieldError(
        `expected ${roles.join(", ")} but found ${JSON.stringify(role.slice(0, 40))}`,
        `${path}.role`,
      );
    }
    return { role, content: textOf(message, "content", `${path}.content`) };
  });
}
