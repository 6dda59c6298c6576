import { assert, assertEquals, assertThrows } from "@std/assert";
import { readResults } from "./analysis/read.ts";
import { pathOf } from "./cell.ts";
import { grid } from "./grid.ts";
import { figures, tables, withTables } from "./table.ts";

const runs = await readResults();
const read = (path: string) => Deno.readTextFile(new URL(`../docs/${path}`, import.meta.url));

Deno.test("every cell of the grid has its result, with eight checkpoints or more after the start if it was trained", () => {
  const known = new Set(grid.map(pathOf));
  for (const run of runs) {
    assert(known.has(pathOf(run)), pathOf(run));
    assert(run.arm === "start" || run.checkpoints.length >= 9, pathOf(run));
    assertEquals(run.golds.length, 256);
  }
  assertEquals(runs.length, known.size, "deno task evidence has cells to run");
});

Deno.test("no cell took longer than three minutes", () => {
  for (const run of runs) assert(run.seconds <= 180, `${pathOf(run)} took ${run.seconds} s`);
});

Deno.test("docs/evidence.md has every table, as deno task evidence:table --write leaves it", async () => {
  const page = await read("evidence.md");
  assertEquals(withTables(page, runs), page);
  for (const name of Object.keys(tables)) assert(page.includes(`<!-- table: ${name} -->`), name);
});

Deno.test("the figures are those of the files", async () => {
  for (const [file, draw] of Object.entries(figures)) assertEquals(await read(`evidence/${file}`), draw(runs));
});

Deno.test("a document with an unknown table is refused", () => {
  assertThrows(() => withTables("<!-- table: nonsense -->\n<!-- end -->", runs), RangeError, "but found nonsense");
});
