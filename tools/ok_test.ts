import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run, steps } from "./ok.ts";

Deno.test("steps() documents every entry point in one call, and checks packages and pages against browser types", () => {
  const all = new Map(
    steps(["packages/a/mod.ts", "packages/a/testing/mod.ts", "apps/cli/mod.ts"], ["apps/server/pages/a.js"], {
      "bench/peers": ["bench/peers/a.ts"],
      "tests/browser": [],
    }).map(([name, ...args]) => [name, args.join(" ")]),
  );
  assertEquals(all.get("doc lint"), "doc --lint packages/a/mod.ts packages/a/testing/mod.ts apps/cli/mod.ts");
  assertEquals(all.get("types in a browser"), "check --config browser.json packages/a/mod.ts apps/server/pages/a.js");
  assertEquals(all.get("types in bench/peers"), "check --config bench/peers/deno.json bench/peers/a.ts");
  assertEquals(all.has("types in tests/browser"), false);
});

Deno.test("run() tells a step that failed, with what it said on either stream", async () => {
  const script = 'console.log("out"); console.error("err"); Deno.exit(1)';
  const { ok, output } = await run(["fails", "eval", script]);
  assertEquals(ok, false);
  assertStringIncludes(output, "out");
  assertStringIncludes(output, "err");
  assert((await run(["goes well", "eval", "0"])).ok);
});

Deno.test("browser.json has the packages of deno.json, and the server for its pages", async () => {
  const [own, browser] = await Promise.all(
    ["deno.json", "browser.json"].map(async (name) =>
      JSON.parse(await Deno.readTextFile(new URL(`../${name}`, import.meta.url)))
    ),
  );
  const packages = own.workspace.filter((path: string) => path.startsWith("./packages/"));
  assertEquals(browser.workspace, [...packages, "./apps/server"]);
});
