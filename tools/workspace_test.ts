import { assert, assertArrayIncludes, assertEquals } from "@std/assert";
import { entryPoints, exported, filesUnder, members, outsiders } from "./workspace.ts";

Deno.test("exported() takes one export or a table of them", () => {
  assertEquals(exported("packages/a", { exports: "./mod.ts" }), ["packages/a/mod.ts"]);
  assertEquals(exported("packages/a", { exports: { ".": "./mod.ts", "./b": "./b/mod.ts" } }), [
    "packages/a/mod.ts",
    "packages/a/b/mod.ts",
  ]);
  assertEquals(exported("apps/c", {}), []);
});

Deno.test("members() finds the engine, and no folder that stands outside the workspace", async () => {
  const folders = await members();
  assertArrayIncludes(folders, ["packages/core"]);
  assertEquals(folders.filter((folder) => outsiders.includes(folder)), []);
});

Deno.test("the root configuration excludes every folder that stands outside the workspace", async () => {
  const { exclude } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  assertArrayIncludes(exclude, [...outsiders]);
});

Deno.test("entryPoints() and filesUnder() give paths from the root", async () => {
  for (const file of await entryPoints()) assert(/^(packages|apps)\/.+\.ts$/.test(file), file);
  assertArrayIncludes(await filesUnder("tools", "_test.ts"), ["tools/workspace_test.ts"]);
  assertEquals(await filesUnder("no/such/folder", ".ts"), []);
});
