/** HTML and SVG in which no text is trusted: what goes into a template is escaped, unless a template made it. */

/** Marks markup. JSON cannot hold it, so nothing that was read from a file passes for markup. */
const made: unique symbol = Symbol("markup");

/** HTML or SVG that a template made. */
export interface Markup {
  /** Its text. */
  readonly [made]: string;
}

/** What may stand in a template: text and numbers, markup, lists of these, and nothing. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** A template. What stands in it is escaped for text and for attributes in double quotes. */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return { [made]: strings.map((part, i) => part + textOf(contents[i])).join("") };
}

/** Markup as text, for the file. */
export function textOf(content: Content): string {
  if (content === undefined) return "";
  if (typeof content !== "object") return escape(`${content}`);
  return made in content ? content[made] : content.map(textOf).join("");
}

/** Text as markup: our own style sheet, never anything that was read. */
export function trusted(text: string): Markup {
  return { [made]: text };
}

const entities: Readonly<Record<string, string>> = {
  ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" },
};

/**
 * What HTML cannot hold, and what would turn the order of the text around it: control characters but tabs and line breaks,
 * and the marks that embed and override directions.
 */
// deno-lint-ignore no-control-regex -- these are what it looks for
const unprintable = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

function escape(text: string): string {
  const printable = text.toWellFormed().replace(/\r\n?/g, "\n").replace(unprintable, "\ufffd");
  return printable.replace(/[&<>"']/g, (letter) => entities[letter]!);
}
