/** How bodies of JSON are built: what is deep, or is made of millions of parts, would be parsed for many seconds. */

/** How deep, and of how many parts. */
export interface Shape {
  /** Most lists and objects that are inside of one another. */
  readonly depth: number;
  /** Most values, lines of JSON Lines included. */
  readonly values: number;
}

/**
 * Looks at JSON, or JSON Lines, without parsing it: what is none is not found out here.
 *
 * @param bytes The text, in UTF-8.
 * @param most What it may be.
 * @returns What it has too much of, in words; nothing where all is well.
 */
export function tooMuch(bytes: Uint8Array, most: Shape): string | undefined {
  let [depth, values, quoted] = [0, 1, false];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (quoted) {
      if (byte === backslash) i++;
      else if (byte === quote || byte === lineFeed) quoted = false; // no text of JSON goes on in the next line
    } else if (byte === quote) quoted = true;
    else if (byte === list || byte === object) {
      values++;
      if (++depth > most.depth) return `lists and objects in more than ${most.depth} others`;
    } else if (byte === listEnd || byte === objectEnd) depth--;
    else if (byte === comma || byte === lineFeed) values++;
    if (values > most.values) return `more than ${most.values} values`;
  }
}

const [quote, backslash, comma, lineFeed] = [0x22, 0x5c, 0x2c, 0x0a];
const [list, listEnd, object, objectEnd] = [0x5b, 0x5d, 0x7b, 0x7d];
