import { assert, assertEquals } from "@std/assert";
import { openJudges } from "./open_judges.ts";
import { createApp } from "../app.ts";
import { serve } from "../serve.ts";
import { openStore } from "../store/store.ts";
import { completion, eventsIn, serveModel } from "./fakes.ts";
import type { JobRecord } from "./store.ts";

const prompts = 30;
const concurrency = 4;

/** Serves the app in this process: `deno run kill_test.ts FOLDER BASE_URL`; prints where it listens. */
async function main(folder: string, baseURL: string): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  using store = openStore(folder);
  const gpt = { model: "m", baseURL, concurrency };
  const judges = openJudges({ judges: { gpt } }, { calls: store.calls, env: () => undefined });
  const origin = `http://127.0.0.1:${port}`;
  const app = createApp({ store, judges, origins: [origin] });
  await serve(app, { port, signal: new AbortController().signal, onListen: () => console.log(origin) });
}

if (import.meta.main && Deno.args.length === 2) await main(Deno.args[0]!, Deno.args[1]!);

async function start(folder: string, baseURL: string) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.filename!, folder, baseURL],
    ...{ stdout: "piped", stderr: "inherit" },
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream());
  for await (const line of lines) return { process, origin: line.trim() };
  throw new Error("The app does not listen");
}

Deno.test("a job that is killed twice goes on by itself: every pair has one verdict, and no paid call is repeated", async () => {
  const folder = await Deno.makeTempDir();
  let [answered, moment, reached] = [0, 0, () => {}];
  const decided = new Set<string>();
  const twice = { decided: 0, undecided: 0 }; // calls that were repeated, by what had come of them
  const seen = new Set<string>();
  await using server = await serveModel(async (content) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (seen.has(content)) twice[decided.has(content) ? "decided" : "undecided"]++;
    seen.add(content);
    if (++answered === moment) reached();
    if (answered % 9 === 0) return completion("I cannot say {"); // some have no decision, and cost as much
    decided.add(content);
    return completion();
  });
  const responses = ["x", "y"].flatMap((policy) =>
    Array.from({ length: prompts }, (_, i) => ({ policy, promptId: `${i}`, prompt: `Is ${i} so?`, response: policy }))
  );
  let token: string;
  {
    using store = openStore(folder);
    token = store.access.addToken({ name: "t", role: "judge", created: 0 }).secret;
    store.evaluations.create({ id: "e", name: "e", created: 0 }, { responses, verdicts: [] });
  }
  const headers = { authorization: `Bearer ${token}` };
  const post = async (origin: string): Promise<JobRecord> => {
    const response = await fetch(`${origin}/v1/evaluations/e/jobs`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json", "idempotency-key": "k" },
      body: JSON.stringify({ judge: "gpt" }),
    });
    return await response.json();
  };

  const ids: string[] = [];
  const jobs = new Set<string>();
  const follow = async (origin: string, job: string) => {
    const last = ids.at(-1);
    const more: HeadersInit = last === undefined ? {} : { "last-event-id": last };
    const response = await fetch(`${origin}/v1/jobs/${job}/events`, { headers: { ...headers, ...more } });
    try {
      for await (const { id } of eventsIn(response)) ids.push(id);
    } catch { /* the connection breaks off when the app is killed */ }
  };

  const moments = [1 + Math.floor(Math.random() * 25), 35 + Math.floor(Math.random() * 20), Infinity];
  for (const at of moments) {
    moment = at;
    const kill = new Promise<void>((resolve) => reached = resolve);
    const { process, origin } = await start(folder, server.baseURL);
    const { id } = await post(origin); // sent again after each kill, as a client does who heard nothing
    jobs.add(id);
    const followed = follow(origin, id);
    await (at === Infinity ? followed : kill);
    process.kill("SIGKILL");
    await Promise.all([followed, process.status]);
  }

  using store = openStore(folder);
  const [job] = store.jobs.list();
  const { verdicts } = store.evaluations.rows("e");
  assertEquals([jobs.size, store.jobs.list().length, job!.state, job!.done], [1, 1, "done", prompts]);
  assertEquals(new Set(verdicts.map(({ promptId }) => promptId)).size, prompts);
  assertEquals(verdicts.length, prompts);
  assertEquals(job!.invalid, verdicts.filter(({ winner }) => winner === "invalid").length);
  // At most what was under way at each of two kills; no decision also where the other order was under way.
  const most = 2 * concurrency;
  assert(twice.decided <= most && twice.undecided <= most, `repeated: ${JSON.stringify(twice)}, killed at ${moments}`);
  assertEquals([seen.size, server.requests.length - twice.decided - twice.undecided], [2 * prompts, 2 * prompts]);
  const numbers = ids.slice(0, -1).map(Number);
  assertEquals(ids.at(-1), "done");
  assertEquals(numbers, [...new Set(numbers)].sort((a, b) => a - b)); // nothing came twice, and nothing went back
  await Deno.remove(folder, { recursive: true });
});
