import { assert, assertEquals } from "@std/assert";
import { testApp } from "../fakes.ts";
import { ballotFor, given, responsesOf, studyApp } from "./fakes.ts";

Deno.test("a study is made with what is usual or asked for, and shown without its secret", async () => {
  await using app = testApp();
  const evaluation = await app.ask("admin", "POST", "/v1/evaluations", { name: "tea", responses: responsesOf(6) });
  const path = `/v1/evaluations/${(await evaluation.json()).id}/study`;
  assertEquals((await app.ask("admin", "GET", path)).status, 404);
  const made = await app.ask("admin", "POST", path, { prompts: 4, gold: 1 });
  const view = await made.json();
  assertEquals(made.status, 201);
  assert(view.instructions.startsWith("Read the prompt"));
  assertEquals(view, {
    ...{ instructions: view.instructions, overlap: 2, leaseMinutes: 15, goldShare: 0.1, leastDwell: 2_000, checks: 1 },
    progress: {
      ...{ tasks: 4, complete: 0, needed: 8, votes: 0, skips: 0, goldVotes: 0, held: 0, annotators: 0 },
    },
    annotators: [],
  });
  assertEquals(await (await app.ask("admin", "GET", path)).json(), view);
  const again = await app.ask("admin", "POST", path, {});
  assertEquals([again.status, /found one: drop it/.test((await again.json()).detail)], [409, true]);
});

Deno.test("what no study can be made of is told in the study's own words", async () => {
  await using app = testApp();
  const evaluation = await app.ask("admin", "POST", "/v1/evaluations", { name: "tea", responses: responsesOf(3) });
  const path = `/v1/evaluations/${(await evaluation.json()).id}/study`;
  const cases: readonly [settings: unknown, detail: string][] = [
    [{ pairs: [["POLICY-ONE", "none"]] }, "Expected responses of none but found those of POLICY-ONE, POLICY-TWO"],
    [{ pairs: [["POLICY-ONE", "POLICY-ONE"]] }, "Expected two policies but found POLICY-ONE twice in task 0"],
    [
      { prompts: 4 },
      "Expected 4 prompts and 0 more for gold checks but found 3 that all policies answered",
    ],
    [
      { goldShare: 0.2 },
      "Expected gold checks where their share is above 0 but found 0 with a share of 0.2",
    ],
    [{ instructions: 7 }, "instructions: Invalid input: expected string, received number"],
    [{ overlap: 0 }, "overlap: Too small: expected number to be >=1"],
    [{ secret: "x".repeat(20) }, 'the body: Unrecognized key: "secret"'],
  ];
  for (const [settings, detail] of cases) {
    const response = await app.ask("admin", "POST", path, settings);
    assertEquals([response.status, (await response.json()).detail], [422, detail]);
  }
  assertEquals((await app.ask("admin", "GET", path)).status, 404, "nothing was made");
  assertEquals((await app.ask("admin", "POST", "/v1/evaluations/x/study", {})).status, 404);
});

Deno.test("a study shows how far it is and how much its annotators can be relied upon", async () => {
  await using app = await studyApp(6, { overlap: 1, leastDwell: 1_000 });
  const ann = await app.annotator("ann");
  for (let n = 0; n < 4; n++) {
    await ann.ask("POST", "/v1/session/votes", { ...ballotFor((await given(ann)).id), dwell: 300 });
  }
  await given(ann);
  const { progress, annotators } = await (await app.ask("admin", "GET", `/v1/evaluations/${app.id}/study`)).json();
  assertEquals([progress.complete, progress.held, annotators.length], [4, 1, 1]);
  assertEquals([annotators[0].annotator, annotators[0].flags], ["ann", [
    { kind: "quick", reason: "100 % of 4 votes took less than 1000 ms" },
  ]]);
});

Deno.test("a study is dropped by who names its evaluation, and a new one begins anew", async () => {
  await using app = await studyApp(2);
  const ann = await app.annotator("ann");
  await ann.ask("POST", "/v1/session/votes", ballotFor((await given(ann)).id));
  const path = `/v1/evaluations/${app.id}/study`;
  for (const query of ["", "?confirm=", `?confirm=${app.id}`, "?confirm=evaluation-name"]) {
    const response = await app.ask("admin", "DELETE", path + query);
    assertEquals([response.status, /1 votes? would go/.test((await response.json()).detail)], [409, true]);
  }
  assertEquals((await ann.ask("GET", "/v1/session")).body.progress.votes, 1, "nothing was dropped");
  assertEquals((await app.ask("admin", "DELETE", `${path}?confirm=EVALUATION-NAME`)).status, 204);
  assertEquals((await app.ask("admin", "DELETE", `${path}?confirm=EVALUATION-NAME`)).status, 404);
  assertEquals((await app.ask("admin", "POST", path, { overlap: 1 })).status, 201);
  const anew = await app.annotator("ann");
  assertEquals((await anew.ask("GET", "/v1/session")).body.progress, { votes: 0, left: 2 });
});
