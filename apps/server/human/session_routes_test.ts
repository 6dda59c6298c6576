import { assert, assertEquals } from "@std/assert";
import { ballotFor, given, studyApp } from "./fakes.ts";

Deno.test("an annotator's session: instructions, a task, a vote, a revision, taking it back, and the end", async () => {
  await using app = await studyApp(1, { instructions: "Which is better?", overlap: 1, leaseMinutes: 10 });
  const [invitation] = await app.invite("ann");
  const ann = app.browser();
  assertEquals((await ann.ask("GET", "/v1/session")).status, 401);
  const begun = await ann.ask("POST", "/v1/session", { invitation });
  const progress = { votes: 0, left: 1 };
  assertEquals([begun.status, begun.body], [201, { instructions: "Which is better?", progress }]);
  const cookie = begun.headers.get("set-cookie")!;
  assert(["HttpOnly", "SameSite=Lax", "Path=/"].every((part) => cookie.includes(part)), cookie);
  assertEquals((await ann.ask("GET", "/v1/session")).body, begun.body);

  const next = await ann.ask("POST", "/v1/session/next");
  const { task } = next.body;
  assertEquals(next.body, {
    outcome: "task",
    task: { ...{ id: task.id, prompt: "Question 0?", left: task.left, right: task.right }, seconds: 600 },
  });
  assertEquals([task.left, task.right].sort(), ["No to 0.", "Yes to 0."]);
  app.clock.now += 90_001;
  assertEquals((await ann.ask("POST", "/v1/session/next")).body.task, { ...task, seconds: 510 }, "the same until then");

  const ballot = { ...ballotFor(task.id), comment: "Short.", dwell: 700 };
  const vote = { id: ballot.id, revision: 1, choice: "left", comment: "Short." };
  const after = { votes: 1, left: 0, last: vote };
  const voted = await ann.ask("POST", "/v1/session/votes", ballot);
  assertEquals([voted.status, voted.body], [200, { vote, progress: after }]);
  assertEquals((await ann.ask("POST", "/v1/session/next")).body, { outcome: "done" });

  const changed = { ...ballotFor(task.id, "tie"), revises: 1 };
  const second = { id: changed.id, revision: 2, choice: "tie" };
  assertEquals((await ann.ask("POST", "/v1/session/votes", changed)).body.vote, second);
  const old = await ann.ask("DELETE", `/v1/session/votes/${ballot.id}`);
  assertEquals([old.status, old.body.current], [409, second], "only the last one");
  const back = await ann.ask("DELETE", `/v1/session/votes/${changed.id}`);
  assertEquals([back.status, back.body], [200, { vote: second, task: { ...task, seconds: 600 }, progress }]);

  const left = await ann.ask("DELETE", "/v1/session");
  assertEquals([left.status, ann.cookies.size, (await ann.ask("GET", "/v1/session")).status], [204, 0, 401]);
});

Deno.test("who has to wait is told for how long, never less than 0 seconds", async () => {
  await using app = await studyApp(1, { overlap: 1, leaseMinutes: 1 });
  const [ann, bob] = [await app.annotator("ann"), await app.annotator("bob")];
  const { id } = await given(ann);
  app.clock.now += 20_500;
  assertEquals((await bob.ask("POST", "/v1/session/next")).body, { outcome: "wait", seconds: 40 });
  await ann.ask("POST", "/v1/session/votes", ballotFor(id));
  const { last } = (await ann.ask("GET", "/v1/session")).body.progress;
  assertEquals((await ann.ask("DELETE", `/v1/session/votes/${last.id}`)).body.task.seconds, 60);
  app.clock.now += 3_600_000;
  assertEquals((await ann.ask("DELETE", `/v1/session/votes/${last.id}`)).body.task.seconds, 0, "its answer was lost");
});

Deno.test("votes that cannot count say why, and what is no vote is refused", async () => {
  await using app = await studyApp(2, { overlap: 1, leaseMinutes: 1 });
  const [ann, bob] = [await app.annotator("ann"), await app.annotator("bob")];
  const { id: task } = await given(ann);
  app.clock.now += 61_000; // the lease is over, and bob may get all that is left
  for (let next = await bob.ask("POST", "/v1/session/next"); next.body.outcome === "task";) {
    await bob.ask("POST", "/v1/session/votes", ballotFor(next.body.task.id));
    next = await bob.ask("POST", "/v1/session/next");
  }
  const id = crypto.randomUUID();
  const cases: readonly [body: unknown, status: number, detail: RegExp][] = [
    [ballotFor(task), 410, /all taken/],
    [ballotFor("0".repeat(32)), 404, /nothing of this id/],
    [ballotFor("0"), 404, /nothing of this id/],
    [{ ...ballotFor(task), id: "1" }, 422, /^Expected a UUID but found "1" at vote, field id$/],
    [{ ...ballotFor(task), annotator: "bob" }, 422, /Unrecognized key: "annotator"/],
    [{ ...ballotFor(task), choice: "a" }, 422, /^choice: /],
    [{ ...ballotFor(task), comment: "x".repeat(2_001) }, 422, /^comment: /],
    [{ ...ballotFor(task), dwell: -1 }, 422, /^dwell: /],
    [{ ...ballotFor(task), revises: 0 }, 422, /^revises: /],
    [{ id, task }, 422, /^choice: /],
    [[], 422, /^the body: /],
  ];
  for (const [body, status, detail] of cases) {
    const answer = await ann.ask("POST", "/v1/session/votes", body);
    assertEquals([answer.status, detail.test(answer.body.detail)], [status, true], answer.body.detail);
  }
  assertEquals((await ann.ask("DELETE", `/v1/session/votes/${id}`)).status, 404);
  assertEquals((await ann.ask("DELETE", "/v1/session/votes/x")).status, 422);
  const bobs = (await bob.ask("GET", "/v1/session")).body.progress.last.id;
  assertEquals((await ann.ask("DELETE", `/v1/session/votes/${bobs}`)).status, 404, "somebody else's");
  assertEquals((await ann.ask("GET", "/v1/session")).body.progress.votes, 0);
});

Deno.test("an invitation is taken once, but for a minute's grace; all who take it are one annotator", async () => {
  await using app = await studyApp(3);
  const [invitation] = await app.invite("ann");
  const crowd = await Promise.all(Array.from({ length: 20 }, async () => {
    const browser = app.browser();
    return { browser, status: (await browser.ask("POST", "/v1/session", { invitation })).status };
  }));
  assertEquals(crowd.map(({ status }) => status), Array(20).fill(201));
  const tasks = await Promise.all(crowd.map(({ browser }) => given(browser)));
  assertEquals(new Set(tasks.map(({ id }) => id)).size, 1, "one annotator has one task");
  const take = async (invitation: unknown) => {
    const { status, headers } = await app.browser().ask("POST", "/v1/session", { invitation });
    return [status, headers.getSetCookie().length];
  };
  app.clock.now += 60_000;
  assertEquals(await take(invitation), [201, 1]);
  app.clock.now += 1; // the grace is counted from the first time
  assertEquals(await take(invitation), [410, 0]);
  assertEquals((await crowd[19]!.browser.ask("GET", "/v1/session")).status, 200, "its cookie stays");

  const [late, unused] = await app.invite("bob", "eve");
  app.clock.now += 14 * 24 * 3_600_000 - 1;
  assertEquals(await take(late), [201, 1]);
  app.clock.now += 1;
  assertEquals(
    [await take(unused), await take(late)],
    [[410, 0], [201, 1]],
    "over; but an answer may be lost at the end",
  );
});

Deno.test("an invitation that is unknown and one that was revoked get the same words", async () => {
  await using app = await studyApp(1);
  const [invitation] = await app.invite("ann");
  const list = await (await app.ask("admin", "GET", `/v1/evaluations/${app.id}/invitations`)).json();
  await app.ask("admin", "DELETE", `/v1/invitations/${list.invitations[0].id}`);
  const answers = await Promise.all([invitation, "x".repeat(43), "", list.invitations[0].id].map(async (invitation) => {
    const { status, body: { request: _, ...body } } = await app.browser().ask("POST", "/v1/session", { invitation });
    return JSON.stringify([status, body]);
  }));
  assertEquals(new Set(answers).size, 1, answers.join("\n"));
  assert(answers[0]!.startsWith("[404,"));
});

Deno.test("a cookie ends with its invitation and with its study; two links to one name are one annotator", async () => {
  await using app = await studyApp(3);
  const [phone, desk, bob] = [await app.annotator("ann"), await app.annotator("ann"), await app.annotator("bob")];
  const { id } = await given(phone);
  assertEquals((await given(desk)).id, id);
  const { invitations } = await (await app.ask("admin", "GET", `/v1/evaluations/${app.id}/invitations`)).json();
  assertEquals((await app.ask("admin", "DELETE", `/v1/invitations/${invitations[0].id}`)).status, 204);
  assertEquals((await phone.ask("POST", "/v1/session/votes", ballotFor(id))).status, 401);
  assertEquals((await desk.ask("POST", "/v1/session/votes", ballotFor(id))).status, 200);
  const path = `/v1/evaluations/${app.id}/study?confirm=EVALUATION-NAME`;
  assertEquals((await app.ask("admin", "DELETE", path)).status, 204);
  for (const browser of [desk, bob]) assertEquals((await browser.ask("GET", "/v1/session")).status, 401);
});

Deno.test("a study that is removed while somebody votes has ended for them", async () => {
  await using app = await studyApp(3);
  const ann = await app.annotator("ann");
  const { id } = await given(ann);
  await app.store.studies.remove(app.id); // as if by another process, in the middle of a request
  const answer = await ann.ask("POST", "/v1/session/votes", ballotFor(id));
  assertEquals([answer.status, answer.body.detail], [410, "This comparison has ended"]);
  const { secret: invitation } = app.store.access.invite({ study: "gone", annotator: "bob", created: 0, expires: 2e6 });
  const bob = app.browser();
  assertEquals((await bob.ask("POST", "/v1/session", { invitation })).status, 410);
});
