/** HTML and SVG in which no text is trusted: what goes into a template is escaped, unless a template made it. */

/** HTML or SVG that {@linkcode markup} made. */
export interface Markup {
  /** Tells it from text. Its own text is what {@linkcode textOf} gives. */
  readonly kind: "markup";
}

/** Texts of all markup. They stand apart from it, so that nothing that was read from a file passes for markup. */
const texts = new WeakMap<object, string>();

/** What may stand in a template: text and numbers, {@linkcode Markup}, lists of these, and nothing. */
export type Content = Markup | string | number | undefined | readonly Content[];

/**
 * A template of HTML or SVG. What stands in it is escaped, for text and for attributes in double quotes; attributes without
 * quotes, scripts and style sheets are no place for it. Control characters, and marks that turn the direction of the text
 * around them, show as `�`.
 *
 * @param strings The parts of the template, which are trusted.
 * @param contents What stands between them.
 * @returns Markup, which stands in other templates as it is.
 *
 * @example Usage
 * ```ts
 * import { markup, textOf } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * const said = ["4 < 5", 'a "b"'];
 * const list = markup`<ul>${said.map((text) => markup`<li title="${text}">${text}</li>`)}</ul>`;
 * assertEquals(
 *   textOf(list),
 *   '<ul><li title="4 &lt; 5">4 &lt; 5</li><li title="a &quot;b&quot;">a &quot;b&quot;</li></ul>',
 * );
 * ```
 */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return trusted(strings.map((part, i) => part + textOf(contents[i])).join(""));
}

/**
 * Markup as text, for a file.
 *
 * @param content Markup; anything else is escaped.
 * @returns HTML or SVG.
 *
 * @example Usage
 * ```ts
 * import { markup, textOf } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(textOf([markup`<hr>`, "<hr>"]), "<hr>&lt;hr&gt;");
 * ```
 */
export function textOf(content: Content): string {
  if (content === undefined) return "";
  if (typeof content !== "object") return escape(`${content}`);
  return texts.get(content) ?? (content as readonly Content[]).map(textOf).join("");
}

/**
 * Text as markup, unescaped: a style sheet of one's own, never anything that was read.
 *
 * @param text HTML, SVG or CSS that no other hand has touched.
 * @returns Markup.
 *
 * @example Usage
 * ```ts
 * import { markup, textOf, trusted } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(textOf(markup`<style>${trusted("ul>li{margin:0}")}</style>`), "<style>ul>li{margin:0}</style>");
 * ```
 */
export function trusted(text: string): Markup {
  const markup: Markup = { kind: "markup" };
  texts.set(markup, text);
  return markup;
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
