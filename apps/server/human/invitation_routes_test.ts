import { assert, assertEquals } from "@std/assert";
import { origin } from "../fakes.ts";
import { given, studyApp } from "./fakes.ts";

Deno.test("invitations are links of a name each, told once and listed without their secrets", async () => {
  await using app = await studyApp(2);
  const path = `/v1/evaluations/${app.id}/invitations`;
  const made = await app.ask("admin", "POST", path, { annotators: ["ann", "bob"], days: 1 });
  const { invitations } = await made.json();
  const expires = 1_000_000 + 24 * 3_600_000;
  assertEquals([made.status, made.headers.get("cache-control")], [201, "no-store"]);
  for (const [i, annotator] of ["ann", "bob"].entries()) {
    const { id, url } = invitations[i];
    assertEquals(invitations[i], { id, annotator, url, expires });
    assert(new RegExp(`^${origin}/annotate#[\\w-]{43}$`).test(url), url);
  }
  app.clock.now += 5;
  const ann = app.browser();
  await ann.ask("POST", "/v1/session", { invitation: invitations[0].url.split("#")[1] });
  const list = await (await app.ask("admin", "GET", path)).text();
  const created = 1_000_000;
  assertEquals(JSON.parse(list), {
    invitations: [
      { id: invitations[0].id, annotator: "ann", created, expires, used: 1_000_005 },
      { id: invitations[1].id, annotator: "bob", created, expires },
    ],
  });
  assert(!invitations.some(({ url }: { url: string }) => list.includes(url.split("#")[1]!)));
  const revoke = () => app.ask("admin", "DELETE", `/v1/invitations/${invitations[0].id}`);
  assertEquals([(await revoke()).status, (await revoke()).status], [204, 404]);
});

Deno.test("as many are invited as asked for, by names that nobody has or had", async () => {
  await using app = await studyApp(2);
  const path = `/v1/evaluations/${app.id}/invitations`;
  const names = async (count: number) => {
    const { invitations } = await (await app.ask("admin", "POST", path, { count })).json();
    return invitations.map(({ annotator }: { annotator: string }) => annotator);
  };
  await app.invite("annotator-2");
  assertEquals(await names(2), ["annotator-1", "annotator-3"]);
  const fourth = await app.annotator("annotator-4");
  await given(fourth);
  const { invitations } = await (await app.ask("admin", "GET", path)).json();
  await app.ask("admin", "DELETE", `/v1/invitations/${invitations.at(-1).id}`); // with tasks and votes that stay
  assertEquals(await names(2), ["annotator-5", "annotator-6"]);
  assertEquals((await names(200)).length, 200);
});

Deno.test("an invitation needs a study, and names that are some", async () => {
  await using app = await studyApp(2);
  const path = `/v1/evaluations/${app.id}/invitations`;
  const cases: readonly [body: unknown, detail: RegExp][] = [
    [{}, /either annotators or count/],
    [{ annotators: ["ann"], count: 1 }, /either annotators or count/],
    [{ annotators: [] }, /^annotators: /],
    [{ annotators: ["ann\n"] }, /^annotators\.0: Expected a name/],
    [{ annotators: ["\u001b[2J"] }, /^annotators\.0: Expected a name/],
    [{ annotators: [""] }, /^annotators\.0: Expected a name/],
    [{ annotators: ["x".repeat(201)] }, /^annotators\.0: Expected a name/],
    [{ annotators: ["\ud800"] }, /^annotators\.0: Expected a name of whole characters/],
    [{ annotators: ["ann", "bob", "ann"] }, /^annotators: Expected different names/],
    [{ annotators: Array.from({ length: 201 }, (_, i) => `${i}`) }, /^annotators: /],
    [{ count: 0 }, /^count: /],
    [{ count: 201 }, /^count: /],
    [{ count: 1, days: 0 }, /^days: /],
  ];
  for (const [body, detail] of cases) {
    const response = await app.ask("admin", "POST", path, body);
    const problem = await response.json();
    assertEquals(
      [response.status, detail.test(problem.detail)],
      [422, true],
      `${JSON.stringify(body)}: ${problem.detail}`,
    );
  }
  assertEquals(await (await app.ask("admin", "GET", path)).json(), { invitations: [] });
  await app.ask("admin", "DELETE", `/v1/evaluations/${app.id}/study?confirm=EVALUATION-NAME`);
  assertEquals((await app.ask("admin", "POST", path, { count: 1 })).status, 404);
});
