import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { generateSignedCookie } from "hono/cookie";
import { calculateHere } from "../../evaluations/calculate.ts";
import { responsesOf, startStudy, verdictsOf, votes } from "../../evaluations/fakes.ts";
import { origin, type TestApp, testApp } from "../../fakes.ts";
import { dashboardAssets } from "./assets.ts";

const hostile = `<img src=x onerror=alert(1)>"'`;

/** What an admin's browser gets. */
async function browse(app: TestApp, path: string): Promise<Response> {
  const { id } = app.store.access.tokenOf(app.tokens.admin)!;
  const value = `${id}~admin~${Date.now() + 60_000}`;
  const cookie = (await generateSignedCookie("tare_admin", value, app.store.access.cookieSecret)).split(";")[0]!;
  return await app.app.fetch(new Request(`${origin}${path}`, { headers: { cookie } }));
}

async function made(app: TestApp, prompts = 40): Promise<string> {
  const responses = responsesOf(prompts, [hostile, "ppo"]);
  const said = { name: `tea ${hostile}`, responses, verdicts: verdictsOf(responses, `judge ${hostile}`) };
  return (await (await app.ask("admin", "POST", "/v1/evaluations", said)).json()).id;
}

Deno.test("who is no admin is sent to sign in, and learns nothing of what there is", async () => {
  await using app = testApp({ calculate: calculateHere });
  const paths = ["/", `/evaluations/${await made(app)}`, "/evaluations/none"];
  for (const role of [undefined, "judge", "rewards"] as const) {
    for (const path of paths) {
      const response = await app.ask(role, "GET", path);
      assertEquals([response.status, response.headers.get("location")], [302, "/login"]);
    }
  }
  assertEquals((await browse(app, "/evaluations/none")).status, 404);
});

Deno.test("pages show what was found, every text as text, and keep to the policy", async () => {
  await using app = testApp({ calculate: calculateHere });
  const empty = await (await browse(app, "/")).text();
  assertStringIncludes(empty, "Nothing is compared yet");
  const id = await made(app);
  const bare = await (await browse(app, `/evaluations/${id}`)).text();
  assertStringIncludes(bare, "Start the study");
  assertStringIncludes(bare, "names no judge");
  const study = await startStudy(app.store, id);
  for (const name of ["ann", `eve ${hostile}`]) await votes(study, name, 35);
  app.store.access.invite({ study: id, annotator: `eve ${hostile}`, created: 0, expires: 1e12 });
  const page = await (await browse(app, `/evaluations/${id}`)).text();
  const list = await (await browse(app, "/")).text();
  for (
    const text of ["People", "70 of 80 votes", "α nominal", "Judges against people", "Annotators", "Invite people"]
  ) {
    assertStringIncludes(page, text);
  }
  assertStringIncludes(list, "70 of 80 votes");
  assertEquals([...page.matchAll(/<svg/g)].length, 2, "a bar of people and one of the judge");
  for (const html of [empty, bare, page, list]) {
    assert(!html.includes("<img"), "texts are escaped");
    assertEquals(html.match(/\sstyle=|\son\w+="|<style|<script(?![^>]* src=)|="javascript:|https?:/i)?.[0], undefined);
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, name]) => name);
    assertEquals(ids.length, new Set(ids).size, "ids are the elements' own");
    const labels = [...html.matchAll(/<label for="([^"]*)"/g)].map(([, name]) => name);
    assert(labels.every((name) => ids.includes(name)));
  }
});

Deno.test("a page does not wait for numbers that take long: it comes without, then with earlier ones", async () => {
  const gate = Promise.withResolvers<void>();
  let slow = true;
  await using app = testApp({
    async calculate(name, input) {
      if (slow) await gate.promise;
      return await calculateHere(name, input);
    },
  });
  const id = await made(app);
  const early = await (await browse(app, `/evaluations/${id}`)).text();
  assertStringIncludes(early, 'data-pending="yes"');
  assertStringIncludes(early, "being computed");
  slow = false;
  gate.resolve();
  const later = await (await browse(app, `/evaluations/${id}`)).text();
  assertStringIncludes(later, 'data-pending="no"');
  assertStringIncludes(later, "<svg");
});

Deno.test("the pages load what there is, and their script makes no HTML of texts", async () => {
  await using app = testApp({ calculate: calculateHere });
  const page = await (await browse(app, `/evaluations/${await made(app)}`)).text();
  for (const [, path] of page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
    const response = await browse(app, path!);
    assertEquals(response.status, 200, path);
    await response.body?.cancel();
  }
  const { body } = dashboardAssets["/assets/dashboard/dashboard.js"]!;
  assert(!/innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|eval\(|new Function|\.style\b/.test(body));
});
