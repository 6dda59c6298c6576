import { assert, assertEquals } from "@std/assert";
import { type Browser, studyApp } from "./fakes.ts";

/** Pseudo-random numbers (mulberry32). */
function randomIntegers(seed: number): (below: number) => number {
  return (below) => {
    seed = seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) % below;
  };
}

/** What a client is about to do, and when. */
interface Client {
  readonly browser: Browser;
  at: number;
  act?: () => Promise<void>;
}

Deno.test("50 clients, 200 tasks, overlap 3: each task has exactly 3 annotators, whoever is slow, vanishes or goes back", async () => {
  await using app = await studyApp(200, { overlap: 3, leaseMinutes: 1 });
  const { clock } = app;
  const draw = randomIntegers(1);
  const choices = ["left", "right", "tie", "bad", "skip"];
  const seen = { wait: 0, taken: 0, vanished: 0, undone: 0, again: 0 };

  const ask = (client: Client) => async () => {
    const { status, body } = await client.browser.ask("POST", "/v1/session/next");
    assertEquals(status, 200);
    const vanishes = body.outcome === "task" && seen.vanished < 15 && draw(20) === 0;
    if (vanishes) seen.vanished++;
    if (body.outcome === "done" || vanishes) return;
    if (body.outcome === "wait") seen.wait++;
    const slow = draw(5) === 0; // slower than the lease
    client.at = clock.now + (slow ? 70_000 + draw(120_000) : 3_000 + draw(30_000));
    client.act = body.outcome === "task" ? answer(client, body.task.id) : ask(client);
  };
  const answer = (client: Client, task: string) => async () => {
    const { browser } = client;
    const ballot = { id: crypto.randomUUID(), task, choice: choices[draw(5)], dwell: draw(10_000) };
    const cast = await browser.ask("POST", "/v1/session/votes", ballot);
    assert(cast.status === 200 || cast.status === 410, `${cast.status}`);
    if (cast.status === 410) seen.taken++;
    else if (draw(10) === 0) {
      assertEquals((await browser.ask("POST", "/v1/session/votes", ballot)).body.vote, cast.body.vote);
      seen.again++;
    } else if (draw(20) === 0) {
      assertEquals((await browser.ask("DELETE", `/v1/session/votes/${ballot.id}`)).status, 200);
      seen.undone++;
    }
    client.at = clock.now + draw(5_000);
    client.act = ask(client);
  };

  const names = Array.from({ length: 50 }, (_, i) => `client ${i}`);
  const invitations = await app.invite(...names);
  const clients: readonly Client[] = await Promise.all(invitations.map(async (invitation) => {
    const browser = app.browser();
    assertEquals((await browser.ask("POST", "/v1/session", { invitation })).status, 201);
    return { browser, at: clock.now + draw(20_000) };
  }));
  for (const client of clients) client.act = ask(client);
  while (clients.some(({ act }) => act)) {
    clock.now += 1_000;
    await Promise.all(
      clients.filter(({ at, act }) => act && at <= clock.now).map((client) => {
        const act = client.act!;
        delete client.act;
        return act();
      }),
    );
  }

  // Counted from the log, with nothing of what is tested.
  const voters = Array.from({ length: 200 }, () => new Set<string>());
  const standing = new Set<string>();
  const log = await app.store.studies.read(app.id, 0, 1e6);
  for (const { kind, task, annotator } of log) {
    const vote = `${task} ${annotator}`;
    if (kind === "vote") assert(!standing.has(vote), `${annotator} voted twice on ${task}`);
    if (kind === "vote") [standing.add(vote), voters[task]!.add(annotator)];
    if (kind === "undo") [standing.delete(vote), voters[task]!.delete(annotator)];
  }
  assertEquals(voters.map(({ size }) => size), Array(200).fill(3));
  const { progress } = await (await app.ask("admin", "GET", `/v1/evaluations/${app.id}/study`)).json();
  assertEquals([progress.tasks, progress.complete, progress.votes, progress.held], [200, 200, 600, 0]);
  const rows = Object.values(seen).every((count) => count > 0);
  assert(rows && seen.vanished > 5, JSON.stringify(seen)); // it did happen
});
