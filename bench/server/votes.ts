/** Annotators who vote. */
import type { Server } from "./start.ts";

/** What requests took, in milliseconds, and the votes that the server said it has. */
export interface Timed {
  readonly next: number[];
  readonly vote: number[];
  readonly acknowledged: string[];
}

/** Makes the evaluation and its study, with room for everybody. */
export async function openStudy(server: Server, folder: string, annotators: number): Promise<string> {
  const text = await Deno.readTextFile(`${folder}/responses.jsonl`);
  const headers = { "content-type": "application/jsonl" };
  const { id } = await (await server.admin("POST", "/v1/evaluations?name=bench", text, headers)).json();
  await server.admin("POST", `/v1/evaluations/${id}/study`, { overlap: annotators });
  return id;
}

/** Somebody who votes. */
export interface Annotator {
  post(path: string, body?: unknown): Promise<Response>;
}

/** Invites people, who take their invitations at a pace that the server allows. */
export async function invited(server: Server, evaluation: string, count: number): Promise<Annotator[]> {
  const response = await server.admin("POST", `/v1/evaluations/${evaluation}/invitations`, { count });
  const { invitations } = await response.json() as { invitations: { url: string }[] };
  const people: Annotator[] = [];
  for (const { url } of invitations) {
    const headers: Record<string, string> = { origin: server.origin, "content-type": "application/json" };
    const post = (path: string, body: unknown = {}) =>
      fetch(`${server.origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    let session = await post("/v1/session", { invitation: new URL(url).hash.slice(1) });
    while (session.status === 429) {
      await session.body?.cancel();
      await sleep(1000 * Number(session.headers.get("retry-after")));
      session = await post("/v1/session", { invitation: new URL(url).hash.slice(1) });
    }
    await session.body?.cancel();
    headers.cookie = session.headers.getSetCookie()[0]!.split(";")[0]!;
    people.push({ post });
  }
  return people;
}

/** All of them ask in the same moment, and all vote in the same moment, again and again. */
export async function atOnce(people: readonly Annotator[], rounds: number): Promise<Timed> {
  const timed: Timed = { next: [], vote: [], acknowledged: [] };
  for (let round = 0; round < rounds; round++) {
    const tasks = await Promise.all(people.map((person) => nextOf(person, timed)));
    await sleep(500);
    await Promise.all(people.map((person, i) => voteOf(person, tasks[i]!, timed)));
    await sleep(500);
  }
  return timed;
}

/** Each at a pace of their own, exponential, a vote a second on average. */
export async function atTheirPace(people: readonly Annotator[], rounds: number): Promise<Timed> {
  const timed: Timed = { next: [], vote: [], acknowledged: [] };
  await Promise.all(people.map(async (person) => {
    for (let round = 0; round < rounds; round++) {
      await sleep(-1000 * Math.log(1 - Math.random()));
      await voteOf(person, await nextOf(person, timed), timed);
    }
  }));
  return timed;
}

async function nextOf(person: Annotator, timed: Timed): Promise<string> {
  const { task } = await ask(person, "/v1/session/next", {}, timed.next) as { task: { id: string } };
  return task.id;
}

async function voteOf(person: Annotator, task: string, timed: Timed): Promise<void> {
  const id = crypto.randomUUID();
  await ask(person, "/v1/session/votes", { id, task, choice: "left", dwell: 3000 }, timed.vote);
  timed.acknowledged.push(id);
}

async function ask(person: Annotator, path: string, body: object, times: number[]): Promise<unknown> {
  const start = performance.now();
  const response = await person.post(path, body);
  const answer = await response.json();
  times.push(performance.now() - start);
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
