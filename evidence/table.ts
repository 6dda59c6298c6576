/**
 * Prints every table of the experiment from the files of its cells: `deno task evidence:table`.
 *
 * With `--write` they go into `docs/evidence.md`, between the marks that name them, and the figures beside it.
 */
import { parseArgs } from "@std/cli";
import { readResults, type Run } from "./analysis/read.ts";
import { curvesFigure } from "./figures/curves.ts";
import { whenFigure } from "./figures/when.ts";
import { claimTable } from "./tables/claims.ts";
import { ablationTable, controlTable, heldTable, unclippedTable } from "./tables/controls.ts";
import { mainTable, worldTable } from "./tables/main.ts";
import { othersTable } from "./tables/others.ts";
import { otherNoisesTable, primaryTable, secondaryTable } from "./tables/primary.ts";
import { spentTable } from "./tables/spent.ts";
import { tuningTable } from "./tables/tuning.ts";
import { varianceTable } from "./tables/variance.ts";
import { winTable } from "./tables/wins.ts";

/** Tables by the name that marks their place. */
export const tables: Readonly<Record<string, (runs: readonly Run[]) => string>> = {
  primary: primaryTable,
  noises: otherNoisesTable,
  worlds: worldTable,
  gold: mainTable,
  others: othersTable,
  secondary: secondaryTable,
  wins: winTable,
  spent: spentTable,
  controls: controlTable,
  held: heldTable,
  unclipped: unclippedTable,
  ablations: ablationTable,
  claims: claimTable,
  variance: varianceTable,
  tuning: tuningTable,
};

/** Figures by their file. */
export const figures: Readonly<Record<string, (runs: readonly Run[]) => string>> = {
  "when.svg": whenFigure,
  "curves.svg": curvesFigure,
};

const marked = /<!-- table: (\w+) -->\n[^]*?<!-- end -->/g;

/** A document with its tables brought up to date. */
export function withTables(document: string, runs: readonly Run[]): string {
  return document.replace(marked, (_, name: string) => {
    const make = tables[name];
    if (!make) throw new RangeError(`Expected a table of ${Object.keys(tables).join(", ")} but found ${name}`);
    return `<!-- table: ${name} -->\n\n${make(runs)}\n\n<!-- end -->`;
  });
}

if (import.meta.main) {
  const { write } = parseArgs(Deno.args, {
    boolean: ["write"],
    unknown(name) {
      console.error(`Unknown argument ${name}: expected --write or nothing`);
      Deno.exit(2);
    },
  });
  const runs = await readResults();
  if (write) await renew(runs);
  else for (const [name, make] of Object.entries(tables)) console.log(`\n${name}\n\n${make(runs)}`);
}

/** Brings the page and its figures up to date. */
async function renew(runs: readonly Run[]): Promise<void> {
  const docs = new URL("../docs/", import.meta.url);
  const page = new URL("evidence.md", docs);
  await Deno.writeTextFile(page, withTables(await Deno.readTextFile(page), runs));
  await Deno.mkdir(new URL("evidence/", docs), { recursive: true });
  for (const [file, draw] of Object.entries(figures)) {
    await Deno.writeTextFile(new URL(`evidence/${file}`, docs), draw(runs));
  }
}
