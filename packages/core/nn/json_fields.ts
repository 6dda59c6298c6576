/** Fields of a JSON file that others wrote, checked one by one. */

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** What a field of each kind holds. */
interface FieldTypes {
  count: number;
  id: number;
  positive: number;
  amount: number;
  flag: boolean;
  object: Json;
}

const isNumber = Number.isFinite as (value: unknown) => value is number;
const isInteger = Number.isSafeInteger as (value: unknown) => value is number;

/** Kinds of fields: a name for messages and a check. */
export const kinds: {
  readonly [K in keyof FieldTypes]: {
    readonly what: string;
    readonly fits: (value: unknown) => value is FieldTypes[K];
  };
} = {
  count: { what: "an integer of 1 or more", fits: (x): x is number => isInteger(x) && x >= 1 },
  id: { what: "an integer of 0 or more", fits: (x): x is number => isInteger(x) && x >= 0 },
  positive: { what: "a number above 0", fits: (x): x is number => isNumber(x) && x > 0 },
  amount: { what: "a number of 0 or more", fits: (x): x is number => isNumber(x) && x >= 0 },
  flag: { what: "true or false", fits: (x): x is boolean => typeof x === "boolean" },
  object: { what: "an object", fits: isObject },
};

/** Whether a value of a JSON text is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a field.
 *
 * @param json The object.
 * @param name The field.
 * @param kind What it must hold.
 * @param absent What stands for a field that is not there; without it the field must be.
 * @returns Its value.
 * @throws {TypeError} If the field is missing or of another type.
 * @throws {RangeError} If it is a number out of range.
 */
export function field<K extends keyof FieldTypes>(
  json: Json,
  name: string,
  kind: K,
  absent?: FieldTypes[K],
): FieldTypes[K] {
  const value = Object.hasOwn(json, name) ? json[name] : absent;
  const { what, fits } = kinds[kind];
  if (fits(value)) return value;
  throw refusal(name, what, value);
}

/**
 * Reads a field in which `null` is a value: "none".
 *
 * @param json The object.
 * @param name The field.
 * @param kind What it must hold unless it is null.
 * @param absent What stands for a field that is not there.
 * @returns Its value, `undefined` for null.
 * @throws {TypeError} If the field is of another type.
 * @throws {RangeError} If it is a number out of range.
 */
export function optionalField<K extends keyof FieldTypes>(
  json: Json,
  name: string,
  kind: K,
  absent?: FieldTypes[K],
): FieldTypes[K] | undefined {
  if (!Object.hasOwn(json, name)) return absent;
  return json[name] === null ? undefined : field(json, name, kind);
}

/**
 * Says what a field should have been.
 *
 * @param name The field.
 * @param what What it should hold.
 * @param found What it holds; `undefined` where it is missing.
 * @returns The error to throw.
 */
export function refusal(name: string, what: string, found: unknown): Error {
  if (found === undefined) return new TypeError(`Expected "${name}" in config.json, ${what}, but it is missing`);
  const text = JSON.stringify(found);
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  const Wrong = typeof found === "number" ? RangeError : TypeError;
  return new Wrong(`Expected "${name}" in config.json to be ${what} but found ${shown}`);
}
