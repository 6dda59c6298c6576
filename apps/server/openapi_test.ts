import { assert, assertEquals } from "@std/assert";
import { testApp } from "./fakes.ts";

/** What is committed; `deno task openapi` writes it. */
const committed = await Deno.readTextFile(new URL("openapi.json", import.meta.url));

Deno.test("openapi.json is what the routes say: write it anew with deno task openapi", async () => {
  await using app = testApp({ clock: () => 0 });
  const document = app.app.openapi();
  assertEquals(JSON.parse(committed), JSON.parse(JSON.stringify(document)));
  assertEquals(committed, `${JSON.stringify(document, null, 2)}\n`);
  assertEquals(await (await app.ask(undefined, "GET", "/openapi.json")).json(), document);
});

interface Operation {
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly description?: string }>>;
}

Deno.test("every route has a summary, roles, answers that are described, and the parameters of its path", () => {
  const { paths, components } = JSON.parse(committed);
  for (const [path, operations] of Object.entries<Record<string, Operation>>(paths)) {
    for (const [method, { summary, security, parameters = [], responses }] of Object.entries(operations)) {
      const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name).sort();
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      const described = Object.values(responses).every(({ description }) => description);
      assertEquals(
        [Boolean(summary), Boolean(security?.length), described, "default" in responses, inPath],
        [true, true, true, true, named],
        `${method} ${path}`,
      );
      assert(inPath.length === 0 || "404" in responses, `${method} ${path} says what an unknown id is answered`);
    }
  }
  for (const [, name] of committed.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    assertEquals(name! in components.schemas, true, `schema ${name} is there`);
  }
});
