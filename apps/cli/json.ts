/** JSON of values that come from files. */

/** A value as JSON, where it may hold Parquet's large integers: those beyond a number's precision become text. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part) => {
    if (typeof part !== "bigint") return part;
    return Number.isSafeInteger(Number(part)) ? Number(part) : `${part}`;
  });
}
