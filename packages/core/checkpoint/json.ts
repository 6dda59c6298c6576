/** JSON that others wrote. */

/** A key that an object of a JSON text holds twice; `JSON.parse` takes the last one without a word. */
export function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  const marks = /["{}]/g;
  for (let found = marks.exec(json); found; found = marks.exec(json)) {
    if (found[0] === "{") open.push(new Set());
    else if (found[0] === "}") open.pop();
    else {
      const end = stringEnd(json, found.index);
      marks.lastIndex = end;
      if (!colon(json, end)) continue;
      const key = JSON.parse(json.slice(found.index, end)) as string;
      if (open.at(-1)!.has(key)) return key;
      open.at(-1)!.add(key);
    }
  }
}

/** The place after a string; one regular expression for all of it would overflow the stack at millions of escapes. */
function stringEnd(json: string, start: number): number {
  const marks = /["\\]/g;
  marks.lastIndex = start + 1;
  let found = marks.exec(json)!;
  while (found[0] !== '"') {
    marks.lastIndex++;
    found = marks.exec(json)!;
  }
  return marks.lastIndex;
}

function colon(json: string, at: number): boolean {
  const next = /\s*:/y;
  next.lastIndex = at;
  return next.test(json);
}

/** A value of a JSON text for a message, short. */
export function quote(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (Array.isArray(value) && value.length <= 8 && value.every((x) => typeof x === "number")) return `[${value}]`;
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return JSON.stringify(typeof value === "string" && value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
