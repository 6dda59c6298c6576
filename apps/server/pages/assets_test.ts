import { assert, assertEquals } from "@std/assert";
import { assets } from "./assets.ts";

const folder = new URL("./", import.meta.url);

/** What a page or a module loads, as paths of the server. */
function loadedBy(path: string): string[] {
  const { body, type } = assets[path]!;
  const pattern = type.startsWith("text/html") ? /(?:src|href)="([^"]+)"/g : /^import [^"]*"([^"]+)"/gm;
  return [...body.matchAll(pattern)].map(([, name]) => new URL(name!, `http://host${path}`).pathname);
}

Deno.test("assets holds all that its pages load, and nothing that none of them loads", () => {
  const reached = new Set(["/annotate", "/login"]);
  for (const path of reached) {
    assert(assets[path], `${path} is missing`);
    if (/html|javascript/.test(assets[path].type)) { for (const next of loadedBy(path)) reached.add(next); }
  }
  assertEquals([...reached].sort(), Object.keys(assets).sort());
});

Deno.test("assets lie where their paths say, with types and ETags of their own", async () => {
  for (const [path, { body, type, etag }] of Object.entries(assets)) {
    const file = path.startsWith("/assets/") ? path.slice("/assets/".length) : `.${path}${path}.html`;
    assertEquals(body, await Deno.readTextFile(new URL(file, folder)));
    assert(/^(text\/(html|css|javascript); charset=utf-8|image\/svg\+xml)$/.test(type));
    assert(/^"[\w-]{43}"$/.test(etag));
  }
  assertEquals(new Set(Object.values(assets).map(({ etag }) => etag)).size, Object.keys(assets).length);
});

Deno.test("pages keep to the policy: no script, style or handler in the HTML, and no HTML in the scripts", () => {
  for (const [path, { body, type }] of Object.entries(assets)) {
    if (type.startsWith("text/html")) {
      assert(!/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)|="javascript:|https?:/i.test(body), path);
    }
    if (type.startsWith("text/javascript")) {
      assert(!/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|\.style\b/.test(body), path);
    }
  }
});
