/** Every name that `std.d.ts` declares must exist in the module it stands for. */
import { assertArrayIncludes, assertGreater } from "@std/assert";

const declarations = await Deno.readTextFile(new URL("./std.d.ts", import.meta.url));

const modules: Record<string, () => Promise<object>> = {
  "@std/assert": () => import("@std/assert"),
  "@std/cli": () => import("@std/cli"),
  "@std/text": () => import("@std/text"),
};

for (const [, name, body] of declarations.matchAll(/^declare module "(.+?)" \{\n(.*?)^\}/gms)) {
  Deno.test(`std.d.ts declares only what ${name} exports`, async () => {
    const declared = [...body!.matchAll(/^ {2}export (?:class|function) (\w+)/gm)].map(([, symbol]) => symbol!);
    assertGreater(declared.length, 0);
    assertArrayIncludes(Object.keys(await modules[name!]!()), declared);
  });
}
