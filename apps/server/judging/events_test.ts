import { assertEquals } from "@std/assert";
import type { Verdict } from "@tare/eval";
import { type TestApp, testApp } from "../fakes.ts";
import { evaluationOf, eventsIn, fakeJudge, jobOf, never, type SeenEvent, settled } from "./fakes.ts";

/** A judge that decides when it is told to. */
function gated() {
  const waiting: (() => void)[] = [];
  const told = () => new Promise<void>((resolve) => waiting.push(resolve));
  const judge = fakeJudge("gated", async (_, signal): Promise<Verdict> => {
    await Promise.race([told(), never(signal)]);
    return { winner: "a" };
  });
  return { judge, decide: () => waiting.shift()!() };
}

const follow = (app: TestApp, id: string, last?: string) =>
  app.ask("judge", "GET", `/v1/jobs/${id}/events`, undefined, last === undefined ? {} : { "last-event-id": last });

const shown = ({ id, event, data }: SeenEvent) => `${id} ${event} ${data.state} ${data.done}/${data.total}`;

async function job(prompts: number, options: Parameters<typeof testApp>[0] = {}) {
  const { judge, decide } = gated();
  const app = testApp({ judges: { gated: judge }, ...options });
  const { id, evaluation } = await jobOf(app, await evaluationOf(app, ["x", "y"], prompts), { judge: "gated" });
  await settled(app, id, ({ state }) => state === "running");
  /** Decides one more and waits until it is written. */
  const step = async () => {
    const { done } = app.store.jobs.find(id)!;
    decide();
    await settled(app, id, (now) => now.done === done + 1);
  };
  return { app, id, evaluation, step, decide };
}

Deno.test("the events of a job are its states, and a client that was cut off gets what is new", async () => {
  const { app, id, step } = await job(4);
  await using _ = app;
  const first = eventsIn(await follow(app, id));
  const next = async () => shown((await first.next()).value!);
  assertEquals(await next(), "0 progress running 0/4");
  await step();
  assertEquals(await next(), "1 progress running 1/4");
  await step();
  assertEquals(await next(), "2 progress running 2/4");
  await first.return(undefined);
  const known = eventsIn(await follow(app, id, "2")); // nothing is repeated
  const [stale, late] = [eventsIn(await follow(app, id, "1")), eventsIn(await follow(app, id))];
  assertEquals(shown((await stale.next()).value!), "2 progress running 2/4"); // nothing is lost
  assertEquals(shown((await late.next()).value!), "2 progress running 2/4"); // who comes late is told at once
  const nonsense = eventsIn(await follow(app, id, "99"));
  assertEquals(shown((await nonsense.next()).value!), "2 progress running 2/4");
  await step();
  assertEquals(shown((await known.next()).value!), "3 progress running 3/4");
  await step();
  const rest = async (events: AsyncIterable<SeenEvent>) => (await Array.fromAsync(events)).map(shown).at(-1);
  for (const events of [known, stale, late, nonsense]) assertEquals(await rest(events), "done done done 4/4");
});

Deno.test("the last event of a job comes to who did not have it, and to nobody twice", async () => {
  const { app, id, step } = await job(1);
  await using _ = app;
  await step();
  await settled(app, id);
  for (const last of [undefined, "0", "1", "running"]) {
    assertEquals((await Array.fromAsync(eventsIn(await follow(app, id, last)))).map(shown), ["done done done 1/1"]);
  }
  const over = await follow(app, id, "done"); // browsers come again until they are told this
  assertEquals([over.status, await over.text()], [204, ""]);
});

Deno.test("the events of a job end when it is cancelled, or its evaluation deleted", async () => {
  for (const end of ["cancel", "delete"]) {
    const { app, id, evaluation, decide } = await job(3);
    await using _ = app;
    const events = eventsIn(await follow(app, id));
    assertEquals(shown((await events.next()).value!), "0 progress running 0/3");
    if (end === "cancel") await app.ask("judge", "POST", `/v1/jobs/${id}/cancel`);
    else {
      app.store.evaluations.remove(evaluation);
      decide(); // what was under way finds nothing to be written to
    }
    assertEquals((await Array.fromAsync(events)).map(shown), ["cancelled cancelled cancelled 0/3"]);
  }
});

Deno.test("the events of a job break off when the app closes, without a last one", async () => {
  const { app, id } = await job(3);
  const events = eventsIn(await follow(app, id));
  await events.next();
  const rest = Array.fromAsync(events);
  await app.app.close();
  assertEquals(await rest, []);
  assertEquals(app.store.jobs.find(id)!.state, "running"); // it goes on when the app starts again
  app.store[Symbol.dispose]();
});

Deno.test("streams of one client are bounded", async () => {
  const { app, id } = await job(1, { limits: { streams: { each: 2, all: 9 } } });
  await using _ = app;
  const [first] = [await follow(app, id), await follow(app, id)];
  const third = await follow(app, id);
  assertEquals([third.status, third.headers.get("retry-after")], [429, "5"]);
  assertEquals((await app.ask("admin", "GET", `/v1/jobs/${id}/events`)).status, 200);
  await first.body!.cancel();
  assertEquals((await follow(app, id)).status, 200);
});
