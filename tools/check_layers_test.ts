import { assertEquals, assertMatch } from "@std/assert";
import { arrows, checkLayers, importsOf, withoutComments } from "./check_layers.ts";

/** Runs the check on files given as an object. */
function check(files: Record<string, string>): string[] {
  return checkLayers(new Map(Object.entries(files)));
}

Deno.test("importsOf() tells what runs at load from types and dynamic imports", () => {
  const source = `
import type { A } from "./type.ts";
import { type B, type C } from "./types.ts";
import { type D, e } from "./mixed.ts";
import type f from './g.ts';
import h, * as i from "npm:x";
import "./side_effect.ts";
import {
  j,
  k,
} from "./lines.ts";
export * from "./star.ts";
export type { L } from "./l.ts";
// import { m } from "./comment.ts";
/* import "./block.ts"; */
const url = "https://example.org"; import("./dynamic.ts");
export const from = "./not_an_import.ts";
export function text(): string { return "./nor_this.ts"; }
`;
  assertEquals(importsOf(source).map(({ specifier, static: runs }) => `${specifier} ${runs}`), [
    "./type.ts false",
    "./types.ts false",
    "./mixed.ts true",
    "./g.ts false",
    "npm:x true",
    "./side_effect.ts true",
    "./lines.ts true",
    "./star.ts true",
    "./l.ts false",
    "./dynamic.ts false",
  ]);
});

Deno.test("withoutComments() leaves strings alone", () => {
  assertEquals(withoutComments('a("//x", `/* y */`); // z').trim(), 'a("//x", `/* y */`);');
});

Deno.test("checkLayers() accepts the arrows of the design", () => {
  assertEquals(
    check({
      "packages/ppo/trainer.ts": `import { matmul } from "@tare/core"; import type { S } from "@tare/sampler";`,
      "packages/core/mod.ts": `export * from "./device/device.ts";`,
      "packages/core/device/device.ts": `import { test } from "@tare/core/testing";`,
      "apps/cli/main.ts": `import { contrast } from "@tare/contrastive";\nDeno.exit(0);`,
    }),
    [],
  );
});

Deno.test("checkLayers() refuses an import outside them, types and dynamic imports included", () => {
  for (
    const line of [
      'import { contrast } from "@tare/contrastive";',
      'import type { T } from "@tare/contrastive";',
    ]
  ) {
    const [violation] = check({ "packages/ppo/trainer.ts": line });
    assertMatch(
      violation!,
      /^packages\/ppo\/trainer\.ts imports @tare\/contrastive, but packages\/ppo may import core/,
    );
  }
  assertEquals(check({ "apps/server/app.ts": 'await import("@tare/core");' }).length, 1);
});

Deno.test("checkLayers() refuses a path into another package, and a package that it does not know", () => {
  const [byPath] = check({ "packages/data/a.ts": 'import "../core/mod.ts";' });
  assertMatch(byPath!, /outside its package/);
  assertMatch(check({ "packages/new/a.ts": 'import "./b.ts";' })[0]!, /^packages\/new is in no table/);
});

Deno.test("checkLayers() finds a circle, and not one of types", () => {
  const circle = {
    "packages/core/a.ts": 'import { b } from "./x/b.ts";',
    "packages/core/x/b.ts": 'import { c } from "./c.ts";',
    "packages/core/x/c.ts": 'import { a } from "../a.ts";',
  };
  const [violation] = check(circle);
  assertMatch(
    violation!,
    /a\.ts → packages\/core\/x\/b\.ts → packages\/core\/x\/c\.ts → packages\/core\/a\.ts/,
  );
  assertEquals(check({ ...circle, "packages/core/x/c.ts": 'import type { A } from "../a.ts";' }), []);
});

Deno.test("checkLayers() finds Deno and console in a package, and not in its tests or comments", () => {
  assertEquals(check({ "packages/core/a.ts": "globalThis.Deno;" }).length, 1);
  assertEquals(check({ "packages/core/a.ts": "const cores = Deno.env.get('CORES');" }).length, 1);
  assertEquals(check({ "packages/core/a.ts": "console.log(1);" }).length, 1);
  assertEquals(check({ "packages/core/a.ts": "// Deno.env\nthrow new Error('use Deno 2');" }), []);
  assertEquals(check({ "packages/core/a_test.ts": "Deno.test('a', () => {});" }), []);
});

Deno.test("the arrows form no circle", () => {
  const depth = (name: string, seen: string[] = []): number => {
    if (seen.includes(name)) throw new Error(`circle: ${[...seen, name].join(" → ")}`);
    const next = arrows[`packages/${name}`] ?? arrows[`apps/${name}`] ?? [];
    return 1 + Math.max(0, ...next.map((to) => depth(to, [...seen, name])));
  };
  for (const name of Object.keys(arrows)) depth(name.split("/")[1]!);
});
