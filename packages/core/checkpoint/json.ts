/** JSON that others wrote. */

/** A key that an object of a JSON text holds twice; `JSON.parse` takes the last one without a word. */
export function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, isKey] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (isKey) {
      const key = JSON.parse(token.slice(0, -isKey.length)) as string;
      if (open.at(-1)!.has(key)) return key;
      open.at(-1)!.add(key);
    }
  }
}

/** A value of a JSON text for a message, short. */
export function quote(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (Array.isArray(value) && value.length <= 8 && value.every((x) => typeof x === "number")) return `[${value}]`;
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return JSON.stringify(typeof value === "string" && value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
