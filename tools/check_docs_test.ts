import { assertEquals } from "@std/assert";
import { checkDocs } from "./check_docs.ts";

const header = "/**\n * A module.\n *\n * @module\n */\nconst first = 1;\n";

/** What the check says of a module, without the file and its line. */
async function problemsOf(source: string, more: Record<string, string> = {}): Promise<string[]> {
  const tagged = source.replaceAll(/(?<!\*) @/g, "\n * @"); // a tag must start a line
  return (await linesOf({ "mod.ts": header + tagged, ...more })).map((line) => line.replace(/^\S+ /, ""));
}

/** Writes the files, documents the first as Deno does, and checks that. */
async function linesOf(files: Record<string, string>): Promise<string[]> {
  const dir = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${dir}/${name}`, text);
    const args = ["doc", "--json", Object.keys(files)[0]!];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: dir }).output();
    return checkDocs(JSON.parse(new TextDecoder().decode(stdout)));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const example = "@example Usage\n * ```ts\n * 1;\n * ```";

Deno.test("checkDocs() accepts a complete module", async () => {
  const source = `
/** A thing. */
export interface Thing {
  /** How many. */
  count: number;
  /** Drops one. */
  drop(): void;
}
/** The answer. */
export const answer: number = 42;
/** A class. */
export class Box {
  #value = 1;
  private twice = 2;
  /** Used by others. */
  constructor(readonly size: number) {}
  /** Reads it. */
  get value(): number { return this.#value * this.twice; }
}
/**
 * Adds.
 *
 * @param a One.
 * @param options The other.
 * @param rest More.
 * @returns The sum.
 *
 * ${example}
 */
export function add(a = 1, { b }: { b: number }, ...rest: number[]): Promise<number> {
  return Promise.resolve(a + b + rest.length);
}
/**
 * Does nothing.
 *
 * ${example}
 */
export function nothing(): Promise<void> { return Promise.resolve(); }
function unseen(): number { return 1; }
`;
  assertEquals(await problemsOf(source), []);
});

Deno.test("checkDocs() asks for descriptions of every symbol, method and property", async () => {
  const source = `
export interface Thing { count: number; drop(): void }
export type Name = string;
export const answer: number = 42;
export class Box { size = 1; static make(): void {} [Symbol.dispose](): void {} }
`;
  assertEquals(
    (await problemsOf(source)).sort(),
    "Box Box.[Symbol.dispose] Box.make Box.size Name Thing Thing.count Thing.drop answer".split(" ")
      .map((name) => `${name} needs a description`),
  );
});

Deno.test("checkDocs() asks for a function's parameters, result and example", async () => {
  const source = `
/** Adds. @param c No longer there. */
export function add(a: number, { b }: { b: number }): number { return a + b; }
/** Tells. @param x It. */
export function isText(x: unknown): x is string { return typeof x === "string"; }
/** Refuses. @param x It. @example Prose alone */
export function mustBeText(x: unknown): asserts x is string { if (!isText(x)) throw new TypeError("no"); }
/** Waits. */
export function wait(ms: number): Promise<void> { return Promise.resolve(void ms); }
`;
  const perSymbol = Object.groupBy(await problemsOf(source), (line) => line.split(" ")[0]!);
  assertEquals(perSymbol.add, [
    "add needs @param a",
    "add needs @returns",
    "add needs an @example that runs",
  ]);
  assertEquals(perSymbol.isText, ["isText needs @returns", "isText needs an @example that runs"]);
  assertEquals(perSymbol.mustBeText, ["mustBeText needs an @example that runs"]);
  assertEquals(perSymbol.wait, ["wait needs @param ms", "wait needs an @example that runs"]);
});

Deno.test("checkDocs() refuses a @param for a parameter that is gone, and a pattern without one", async () => {
  const source = `
/**
 * Adds.
 *
 * @param a One.
 * @param b Gone.
 * ${example}
 */
export function add(a: number): void { a; }
/**
 * Takes apart.
 *
 * ${example}
 */
export function take({ x }: { x: number }): void { x; }
`;
  assertEquals(await problemsOf(source), [
    "add has no parameter b: drop its @param",
    "take needs a @param for each pattern it takes apart",
  ]);
});

Deno.test("checkDocs() follows re-exports, renamed ones too", async () => {
  const other = {
    "other.ts": "export const plain: number = 1;\n/** Known. */\nexport const known: number = 2;",
  };
  assertEquals(await problemsOf('export * from "./other.ts";', other), ["plain needs a description"]);
  assertEquals(await problemsOf('export { plain as alias } from "./other.ts";', other), [
    "alias needs a description",
  ]);
  assertEquals(
    await problemsOf('export * from "./other.ts"; export { known as alias } from "./other.ts";', other),
    [
      "plain needs a description",
    ],
  );
});

Deno.test("checkDocs() names file and line, and asks for a module's paragraph", async () => {
  const lines = await linesOf({ "mod.ts": "\n\nexport const a: number = 1;" });
  assertEquals(lines.map((line) => line.replace(/^.*\//, "")), [
    "mod.ts:1 needs a paragraph on top that ends in @module",
    "mod.ts:3 a needs a description",
  ]);
});
