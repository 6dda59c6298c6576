/** Hand-written checks of values that come from outside: what is wrong is named with where it stands. */

/** Checks a value and gives it back with its type. `where` is what errors call it. */
export type Check<T> = (value: unknown, where: string) => T;

/** A value in words. */
function wordFor(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return typeof value === "object" ? "an object" : String(value);
}

/** Says what was expected, what was found, and where. */
export function mismatch(expected: string, value: unknown, where: string): RangeError {
  return new RangeError(`Expected ${expected} but found ${wordFor(value)} at ${where}`);
}

/** Text, which may be empty. */
export const text: Check<string> = (value, where) => {
  if (typeof value === "string") return value;
  throw mismatch("text", value, where);
};

/** A name: 1 to 200 characters, none of them one that controls a terminal, and all of them whole. */
export const name: Check<string> = (value, where) => {
  // deno-lint-ignore no-control-regex
  if (typeof value === "string" && /^[^\x00-\x1f\x7f-\x9f]{1,200}$/.test(value) && value.isWellFormed()) return value;
  throw mismatch("a name of 1 to 200 characters", value, where);
};

/** A UUID; it is made lower case, so that one id is not two. */
export const uuid: Check<string> = (value, where) => {
  if (typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) {
    return value.toLowerCase();
  }
  throw mismatch("a UUID", value, where);
};

/** A whole number from `low` on. */
export function whole(low: number): Check<number> {
  return (value, where) => {
    if (Number.isSafeInteger(value) && (value as number) >= low) return value as number;
    throw mismatch(`a whole number of ${low} or more`, value, where);
  };
}

/** One of a few words. */
export function oneOf<const T extends string | number>(...words: readonly T[]): Check<T> {
  return (value, where) => {
    if (words.includes(value as T)) return value as T;
    throw mismatch(words.map((word) => JSON.stringify(word)).join(" or "), value, where);
  };
}

/** What may be left out. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, where) => value === undefined ? undefined : check(value, where);
}

/** A list whose elements all pass. */
export function list<T>(check: Check<T>): Check<T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw mismatch("a list", value, where);
    return value.map((element, i) => check(element, `${where}.${i}`));
  };
}

/** An object with these fields; others are left out, and so are optional ones that are not there. */
export function fields<S extends Readonly<Record<string, Check<unknown>>>>(
  checks: S,
): Check<{ readonly [K in keyof S]: ReturnType<S[K]> }> {
  return (value, where) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw mismatch("an object", value, where);
    const found = Object.entries(checks).map(([key, check]) =>
      [key, check((value as Record<string, unknown>)[key], `${where}, field ${key}`)] as const
    );
    return Object.fromEntries(found.filter(([, field]) => field !== undefined)) as ReturnType<Check<never>>;
  };
}
