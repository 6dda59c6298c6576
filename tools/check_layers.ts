/**
 * Checks who imports whom: `deno run -A tools/check_layers.ts`.
 *
 * - A package imports only the packages that the table below allows, by name (`@tare/core`), never by path.
 * - No file imports itself in a circle. `import type` does not count: it is gone when the program runs.
 * - A package uses neither `Deno.*` nor `console`: it loads in browsers and Node too, and its caller does the printing.
 *   Its tests and benchmarks may.
 */
import { filesUnder, root } from "./workspace.ts";

/** Which packages each package may import. Every arrow of the design is here and nowhere else. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  "packages/contrastive": [],
  "packages/core": [],
  "packages/eval": [],
  "packages/data": ["core"],
  "packages/sampler": ["core", "data"],
  "packages/finetune": ["core", "data"],
  "packages/ppo": ["core", "data", "sampler"],
  "packages/transformers": ["data", "eval"],
  "apps/server": ["contrastive", "eval", "data"],
  "apps/cli": ["contrastive", "core", "eval", "data", "sampler", "finetune", "ppo", "transformers", "server"],
};

/** One import or re-export of a file. */
export interface Import {
  /** What stands between the quotes. */
  readonly specifier: string;
  /** Whether it is still there when the program runs, as it loads. */
  readonly static: boolean;
}

const strings = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/.source;
const comments = new RegExp(`(${strings})|//.*|/\\*[^]*?\\*/`, "g");
const imports =
  /^[ \t]*(?:import|export)\b([^"'`;()=]*?)(?:\bfrom\s*)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"']+)["']/gm;

/** Replaces comments by spaces; what looks like one inside a string stays. */
export function withoutComments(source: string): string {
  return source.replace(comments, (_, string) => string ?? " ");
}

/** Lists what a file imports. A scanner, not a parser: it knows the forms that `deno fmt` leaves. */
export function importsOf(source: string): Import[] {
  return [...withoutComments(source).matchAll(imports)].map(([, clause, specifier, dynamic]) => ({
    specifier: (specifier ?? dynamic)!,
    static: dynamic === undefined && !onlyTypes(clause!),
  }));
}

function onlyTypes(clause: string): boolean {
  if (/^\s+type\b/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1]?.split(",").map((name) => name.trim()).filter(
    Boolean,
  );
  return names !== undefined && names.length > 0 && names.every((name) => name.startsWith("type "));
}

/** Checks files, given as path and text; gives one sentence for each thing that is wrong. */
export function checkLayers(files: ReadonlyMap<string, string>): string[] {
  const graph = new Map([...files].map(([path, source]) => [path, importsOf(source)]));
  const outside = [...graph].flatMap(([path, list]) => list.flatMap(({ specifier }) => checkArrow(path, specifier)));
  const host = [...files].flatMap(([path, source]) => checkHost(path, source));
  return [...outside, ...host, ...findCycles(graph)];
}

function checkArrow(path: string, specifier: string): string[] {
  const from = packageOf(path);
  const allowed = arrows[from];
  if (!allowed) return [`${from} is in no table: say in tools/check_layers.ts which packages it may import.`];
  const relative = specifier.startsWith(".");
  const to = relative ? packageOf(resolve(path, specifier)) : /^@tare\/([^/]+)/.exec(specifier)?.[1];
  if (to === undefined || to === from || to === from.split("/")[1]) return [];
  if (relative) {
    return [`${path} imports ${specifier}, outside its package: import ${to} by its name, @tare/….`];
  }
  if (allowed.includes(to)) return [];
  const may = allowed.length > 0 ? allowed.join(", ") : "no other package";
  return [`${path} imports ${specifier}, but ${from} may import ${may}: take what it needs as an argument.`];
}

function checkHost(path: string, source: string): string[] {
  if (!path.startsWith("packages/") || /_(test|bench)\.ts$/.test(path)) return [];
  const code = withoutComments(source);
  const found: string[] = [];
  if (/\bDeno\??\.\w|\bDeno\[|globalThis\.Deno\b/.test(code)) {
    found.push(
      `${path} uses Deno: take bytes, streams or fetch instead, so that the package loads anywhere.`,
    );
  }
  if (/\bconsole\.\w/.test(code)) found.push(`${path} uses console: return or yield what there is to say.`);
  return found;
}

/** Walks the graph depth first; a file that is met again on its own path closes a circle. */
function findCycles(graph: ReadonlyMap<string, readonly Import[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[] = [];
  function visit(file: string): void {
    if (path.includes(file)) {
      const circle = [...path.slice(path.indexOf(file)), file].join(" → ");
      found.push(`${file} imports itself: ${circle}; move what both ends need into a file of its own.`);
    } else if (!done.has(file)) {
      path.push(file);
      for (const { specifier, static: runs } of graph.get(file) ?? []) {
        if (runs && specifier.startsWith(".")) visit(resolve(file, specifier));
      }
      path.pop();
      done.add(file);
    }
  }
  for (const file of graph.keys()) visit(file);
  return found;
}

function packageOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

if (import.meta.main) {
  const paths = (await Promise.all(["packages", "apps"].map((folder) => filesUnder(folder, ".ts")))).flat()
    .filter((path) => !/\.(as|generated)\.ts$/.test(path));
  const sources = await Promise.all(paths.map((path) => Deno.readTextFile(new URL(path, root))));
  const violations = checkLayers(new Map(paths.map((path, i) => [path, sources[i]!])));
  console.log(violations.join("\n") || `layers: ${paths.length} files import only what they may`);
  if (violations.length > 0) Deno.exit(1);
}
