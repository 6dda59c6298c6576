import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { importStudy, memoryStudyStore } from "@tare/eval/human";
import { readResponses, readVerdicts } from "@tare/eval/report";
import { type TestApp, testApp } from "../fakes.ts";
import { calculateHere } from "./calculate.ts";
import { fileName } from "./export.ts";
import { responsesOf, startStudy, verdictsOf, votes } from "./fakes.ts";

async function filled(app: TestApp): Promise<string> {
  const responses = responsesOf(12);
  const said = { name: "Tea & <b>cake</b>", responses, verdicts: verdictsOf(responses) };
  const { id } = await (await app.ask("admin", "POST", "/v1/evaluations", said)).json();
  const study = await startStudy(app.store, id);
  for (const name of ["ann", "bob"]) await votes(study, name, 12);
  return id;
}

const get = (app: TestApp, id: string, query: string) =>
  app.ask("admin", "GET", `/v1/evaluations/${id}/export?${query}`);

Deno.test("exported responses and verdicts make the same evaluation again, with the same results", async () => {
  await using app = testApp({ calculate: calculateHere });
  const id = await filled(app);
  const file = async (part: string) => await (await get(app, id, `format=jsonl&part=${part}`)).text();
  const responses = await Array.fromAsync(readResponses(await file("responses")));
  const verdicts = await Array.fromAsync(readVerdicts(await file("verdicts")));
  const made = await app.ask("admin", "POST", "/v1/evaluations", { name: "again", responses, verdicts });
  const results = async (id: string) => await (await app.ask("admin", "GET", `/v1/evaluations/${id}/results`)).json();
  const [one, other] = [await results(id), await results((await made.json()).id)];
  for (const field of ["policies", "prompts", "judges", "agreements"]) assertEquals(other[field], one[field]);
  assertEquals(app.store.evaluations.rows(id), { responses, verdicts });
});

Deno.test("votes, tables, preference pairs, a report and the study are files", async () => {
  await using app = testApp({ calculate: calculateHere });
  const id = await filled(app);
  const file = async (query: string) => {
    const response = await get(app, id, query);
    assertEquals(response.status, 200, query);
    assertMatch(response.headers.get("content-disposition")!, /^attachment; filename="Tea-b-cake-b-[a-z.]+"$/);
    return [response.headers.get("content-type")!.split(";")[0], await response.text()] as const;
  };
  const [, cast] = await file("format=jsonl&part=votes");
  const rows = await Array.fromAsync(readVerdicts(cast));
  assertEquals([rows.length, new Set(rows.map(({ judge }) => judge))], [24, new Set(["ann", "bob"])]);
  const [type, table] = await file("format=csv&part=votes");
  assertEquals([type, table.split("\r\n").length], ["text/csv", 26]);
  assertEquals((await file("format=csv"))[1].split("\r\n").length, 14);

  const { verdicts } = app.store.evaluations.rows(id);
  const decided = verdicts.filter(({ winner }) => winner === "a" || winner === "b").length;
  const pairs = (await file("format=trl&judge=gpt"))[1].trim().split("\n").map((line) => JSON.parse(line));
  assertEquals([pairs.length, Object.keys(pairs[0])], [decided, ["prompt", "chosen", "rejected"]]);
  // Everybody votes for sft or for a tie: of two people more than half is both.
  const ties = new Set(rows.filter(({ winner }) => winner === "tie").map(({ promptId }) => promptId)).size;
  const preferred = (await file("format=trl"))[1].trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(preferred.length, 12 - ties);
  assert(preferred.every(({ chosen }) => chosen.startsWith("sft")));

  const [html, report] = await file("format=html");
  assertEquals(html, "text/html");
  assertStringIncludes(report, "<h1>Tea &amp; &lt;b&gt;cake&lt;/b&gt;</h1>");
  assertStringIncludes(report, "Judge majority of people");
  const [, study] = await file("format=study");
  assertEquals((await importStudy(memoryStudyStore(), study.split("\n"))).tasks.length, 12);
});

Deno.test("what cannot be had is said, and only admins take files away", async () => {
  await using app = testApp({ calculate: calculateHere });
  const made = await app.ask("admin", "POST", "/v1/evaluations", { name: "tea", responses: responsesOf(2) });
  const { id } = await made.json();
  const cases: Readonly<Record<string, string>> = {
    "format=study": "no study of this evaluation",
    "format=jsonl&part=votes": "no study of this evaluation",
    "format=trl": "no study of this evaluation",
    "format=trl&judge=gpt": "(none) but found",
    "format=xml": "format:",
    "format=jsonl&part=secrets": "part:",
  };
  for (const [query, detail] of Object.entries(cases)) {
    const response = await get(app, id, query);
    assertEquals(response.status, 422, query);
    assertStringIncludes((await response.json()).detail, detail);
  }
  assertEquals((await get(app, "none", "format=jsonl")).status, 404);
  assertEquals((await app.ask("judge", "GET", `/v1/evaluations/${id}/export?format=jsonl`)).status, 403);
});

Deno.test("fileName() leaves nothing of a name that a header or a file system could mistake", () => {
  assertEquals(fileName('../"x"; é\r\n', "a.csv"), "x-e-a.csv");
  assertEquals(fileName("日本", "a.csv"), "evaluation-a.csv");
  assertEquals(fileName("x".repeat(200), "a.csv").length, 66);
});
