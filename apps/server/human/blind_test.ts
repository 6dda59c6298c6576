import { assert, assertEquals } from "@std/assert";
import { createApp } from "../app.ts";
import { origin } from "../fakes.ts";
import { ballotFor, type Browser, browserOf, fast, given, hidden, studyApp } from "./fakes.ts";

/** Everything that an annotator can get: what goes well, and what goes wrong. */
async function wholeSession(browser: Browser, invitation: string, others: { task: string; vote: string }) {
  const { ask } = browser;
  await ask("GET", "/v1/session");
  for (const wrong of ["x", "x".repeat(43), { annotator: "bob" }]) {
    await ask("POST", "/v1/session", { invitation: wrong });
  }
  await ask("POST", "/v1/session", { invitation });
  await ask("GET", "/v1/session");
  const wishes = [
    ...["GET /v1/evaluations", "GET /v1/tokens", "GET /v1/nowhere", "DELETE /v1/login", "GET /healthz", "GET /readyz"],
    ...["POST /v1/session/votes", "GET /v1/session/votes", "DELETE /v1/session/votes/7", "GET /openapi.json"],
    ...["POST /v1/login", "GET /annotate", "GET /login", "GET /"],
  ];
  for (const wish of wishes) {
    const [method, path] = wish.split(" ");
    await ask(method!, path!, method === "POST" ? {} : undefined).catch(() => {}); // pages are no JSON
  }
  await ask("DELETE", `/v1/session/votes/${others.vote}`);
  await ask("POST", "/v1/session/votes", ballotFor(others.task));
  await ask("POST", "/v1/session/votes", { ...ballotFor(others.task), id: others.vote });
  for (let next = await ask("POST", "/v1/session/next"); next.body.outcome === "task";) {
    const ballot = { ...ballotFor(next.body.task.id), comment: "mine" };
    await ask("POST", "/v1/session/next");
    await ask("POST", "/v1/session/votes", { ...ballot, choice: "a" });
    await ask("POST", "/v1/session/votes", { ...ballot, id: "7" });
    await ask("POST", "/v1/session/votes", ballot);
    await ask("POST", "/v1/session/votes", { ...ballot, id: crypto.randomUUID() }); // a conflict
    await ask("DELETE", `/v1/session/votes/${ballot.id}`);
    await ask("POST", "/v1/session/votes", { ...ballot, id: crypto.randomUUID() });
    next = await ask("POST", "/v1/session/next");
  }
  await ask("GET", "/v1/session");
}

Deno.test("no byte that an annotator gets names a policy, an evaluation, a prompt, a study or another annotator", async () => {
  await using app = await studyApp(8, { overlap: 2, gold: 2, goldShare: 0.3, leaseMinutes: 1, prompts: 5 });
  const names = ["ANNOTATOR-ANN", "ANNOTATOR-BOB", "ANNOTATOR-EVE"];
  const [first, second, third] = await app.invite(...names);
  const [ann, bob, eve] = [app.browser(), app.browser(), app.browser()];
  await ann.ask("POST", "/v1/session", { invitation: first });
  const others = { task: (await given(ann)).id, vote: crypto.randomUUID() };
  await ann.ask("POST", "/v1/session/votes", { ...ballotFor(others.task), id: others.vote });
  await eve.ask("POST", "/v1/session", { invitation: third });
  const slow = await given(eve);
  await wholeSession(bob, second!, others);
  app.clock.now += 61_000;
  for (let next = await ann.ask("POST", "/v1/session/next"); next.body.outcome === "task";) {
    await ann.ask("POST", "/v1/session/votes", ballotFor(next.body.task.id));
    next = await ann.ask("POST", "/v1/session/next");
  }
  await wholeSession(eve, third!, others);
  await eve.ask("POST", "/v1/session/votes", ballotFor(slow.id));
  const gone = await (await app.ask("admin", "GET", `/v1/evaluations/${app.id}/invitations`)).json();
  for (const { id } of gone.invitations) await app.ask("admin", "DELETE", `/v1/invitations/${id}`);
  await eve.ask("POST", "/v1/session/next");

  const study = (await app.store.studies.find(app.id))!;
  const secrets = [study.secret, app.store.access.cookieSecret];
  for (const { got } of [ann, bob, eve]) {
    const bytes = decodeURIComponent(got.join("\n").replace(/%(?![0-9a-f]{2})/gi, "%25"));
    assert(bytes.includes("Question"), "it was a whole session");
    for (const word of [hidden.evaluation, ...hidden.policies, hidden.prompt, app.id, ...names, ...secrets]) {
      assert(!bytes.includes(word), `${word} in ${bytes.slice(Math.max(0, bytes.indexOf(word) - 200)).slice(0, 400)}`);
    }
  }
  const statuses = new Set(eve.got.flatMap((text) => /"status":(\d+)/.exec(text)?.[1] ?? []));
  for (const status of ["401", "403", "404", "409", "410", "422"]) assert(statuses.has(status), `no ${status}`);
  const tasks = eve.got.filter((text) => text.startsWith('{"outcome":"task"')).map((text) => JSON.parse(text).task);
  for (const task of tasks) assertEquals(Object.keys(task), ["id", "prompt", "left", "right", "seconds"]);
  assert(tasks.every(({ id }) => /^[0-9a-f]{32}$/.test(id)), "ids are opaque");
  const own = /"(gold|policy|promptId|a|b|annotator|study|number|until|tasks?Number)":/;
  assert(!eve.got.some((text) => !text.includes('"openapi"') && own.test(text)), "no such field in any answer");
});

Deno.test("sides are a fair coin over tasks and over annotators, and stay where they are", async () => {
  const [people, prompts] = [40, 8];
  await using app = await studyApp(prompts, { overlap: people, leaseMinutes: 1 });
  const invitations = await app.invite(...Array.from({ length: people }, (_, i) => `annotator ${i}`));
  const left: boolean[][] = await Promise.all(invitations.map(async (invitation, i) => {
    const browser = app.browser();
    await browser.ask("POST", "/v1/session", { invitation });
    const row: boolean[] = [];
    for (let n = 0; n < prompts; n++) {
      const task = await given(browser);
      if (i % 10 === 0) { // a reload, and a server that was started anew
        assertEquals(await given(browser), task);
        const again = createApp({
          store: app.store,
          origins: [origin],
          clock: () => app.clock.now,
          limits: { rates: fast },
        });
        assertEquals(await given(browserOf((request) => again.fetch(request), origin, browser.cookies)), task);
        await again.close();
      }
      row[Number(/\d+/.exec(task.prompt)![0])] = task.left.startsWith("Yes");
      assertEquals((await browser.ask("POST", "/v1/session/votes", ballotFor(task.id))).status, 200);
    }
    return row;
  }));
  const count = (coins: readonly boolean[]) => coins.filter(Boolean).length;
  const chi = (rows: readonly (readonly boolean[])[]) =>
    rows.reduce((sum, row) => sum + (count(row) - row.length / 2) ** 2 / (row.length / 4), 0);
  const columns = Array.from({ length: prompts }, (_, task) => left.map((row) => row[task]!));
  // Upper ends of χ² with p = 1e-7, for the secret is drawn anew: a side that hung on task or annotator alone gives 320 in each.
  assert(chi([left.flat()]) < 28.4, `all: χ² = ${chi([left.flat()])} of 1 degree`);
  assert(chi(columns) < 48, `tasks: χ² = ${chi(columns)} of 8 degrees`);
  assert(chi(left) < 107, `annotators: χ² = ${chi(left)} of 40 degrees`);
});
