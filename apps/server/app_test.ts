import { assertEquals } from "@std/assert";
import { origin, testApp } from "./fakes.ts";

const responses = ["ppo", "sft"].map((policy) => ({ policy, promptId: "1", prompt: "Tea?", response: ` ${policy}` }));

Deno.test("createApp() makes, lists and shows evaluations for those who may", async () => {
  await using app = testApp({ clock: () => 7 });
  assertEquals((await app.ask(undefined, "POST", "/v1/evaluations", { name: "tea", responses })).status, 401);
  assertEquals((await app.ask("rewards", "POST", "/v1/evaluations", { name: "tea", responses })).status, 403);
  const made = await app.ask("judge", "POST", "/v1/evaluations", { name: "tea", responses });
  assertEquals(made.status, 201);
  const record = await made.json();
  assertEquals(record, {
    ...record,
    name: "tea",
    created: 7,
    policies: ["ppo", "sft"],
    prompts: 1,
    verdicts: 0,
    version: 0,
  });
  assertEquals(await (await app.ask("admin", "GET", `/v1/evaluations/${record.id}`)).json(), record);
  assertEquals(await (await app.ask("admin", "GET", "/v1/evaluations")).json(), { evaluations: [record] });
  assertEquals((await app.ask("admin", "POST", "/v1/evaluations", { name: "tea", responses })).status, 409);
});

Deno.test("createApp() tells problems as problem details, with the id of the request", async () => {
  await using app = testApp();
  const cases: readonly [method: string, path: string, body: unknown, status: number, detail: string][] = [
    ["GET", "/nowhere", undefined, 404, "Expected a known address but found none here"],
    ["GET", "/v1/evaluations/x", undefined, 404, "Expected an evaluation but found none of this id"],
    ["POST", "/v1/evaluations", "{", 400, "Malformed JSON in request body"],
    [
      "POST",
      "/v1/evaluations",
      { name: "x", responses: [] },
      422,
      "responses: Too small: expected array to have >=1 items",
    ],
  ];
  for (const [method, path, body, status, detail] of cases) {
    const response = await app.ask("admin", method, path, body);
    const problem = await response.json();
    assertEquals([response.status, problem.status, problem.detail, problem.request], [
      ...[status, status, detail],
      response.headers.get("x-request-id"),
    ]);
    assertEquals(response.headers.get("content-type"), "application/problem+json");
  }
});

Deno.test("createApp() logs what models fail of, once a request, and no client that breaks off", async () => {
  const errors: unknown[] = [];
  const score = Object.assign(() => Promise.reject(new Error("it is down")), { id: "rm" });
  await using app = testApp({
    ...{ score, missing: "raw" },
    log: ({ event, message, request }) => event === "error" && errors.push([message, request]),
  });
  const failed = await app.ask("rewards", "POST", "/get_reward", { query: ["x"] });
  const { detail, request } = await failed.json();
  assertEquals([failed.status, errors], [502, [[detail, request]]]);

  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("the connection is gone")) });
  const { status } = await app.app.fetch(new Request(`${origin}/v1/login`, { method: "POST", body: broken }));
  assertEquals([status, errors.length], [400, 1]);
});
