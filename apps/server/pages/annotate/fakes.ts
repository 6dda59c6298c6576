/** What tests of the annotator's page work with: the page, and a study behind the same requests as the server has. */
import { createStudy, memoryStudyStore, type OpenStudy, openStudy, type ShownTask, type Study } from "@tare/eval/human";
import { contentSecurityPolicy } from "../../http/policy.ts";
import { assets } from "../assets.ts";

/** A server with one study and one annotator. */
export interface FakeServer extends AsyncDisposable {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  /** A link for the annotator, which works once for each session. */
  readonly link: string;
  /** The study. */
  readonly study: OpenStudy;
  /** Name of the annotator in the study. */
  readonly annotator: string;
  /** Requests to the API, such as `POST /v1/session/next`, in their order, with what they said. */
  readonly asked: { readonly request: string; readonly body?: unknown }[];
  /** Ends the session; the link works again. */
  end(): void;
}

/** A study of some pairs, or of what is given. */
export function studyOf(tasks: number | Study["tasks"], settings: Partial<Study> = {}): Study {
  return {
    ...{ name: "study", instructions: "Which response is more helpful?", overlap: 1, lease: 600_000, goldShare: 0 },
    ...{ secret: "a secret of some length", leastDwell: 0 },
    tasks: typeof tasks === "number" ? Array.from({ length: tasks }, (_, i) => pair(i)) : tasks,
    ...settings,
  };
}

function pair(i: number): Study["tasks"][number] {
  return {
    ...{ promptId: `PROMPT-${i}`, prompt: `Question ${i}?` },
    a: { policy: "POLICY-ONE", response: `Yes to ${i}.` },
    b: { policy: "POLICY-TWO", response: `No to ${i}.` },
  };
}

/** Serves the pages and a study on a port of its own. */
export async function serveFake(given: Study): Promise<FakeServer> {
  const store = memoryStudyStore();
  await createStudy(store, given);
  const study = await openStudy(store, given.name);
  const annotator = "ann";
  const invitation = "i".repeat(43);
  const asked: { readonly request: string; readonly body?: unknown }[] = [];
  let used = false;
  let sessions = 0;
  let cookie: string | undefined;

  const shown = ({ id, prompt, left, right, until }: ShownTask) => ({
    ...{ id, prompt, left, right, seconds: Math.round((until - Date.now()) / 1_000) },
  });
  const session = async () => ({ instructions: given.instructions, progress: await study.progress(annotator) });

  async function answer(request: string, body: unknown, allowed: boolean): Promise<Response> {
    if (request === "POST /v1/session") {
      const known = (body as { invitation: string }).invitation === invitation;
      if (used || !known) return problem(401, "An unknown link.");
      used = true;
      cookie = `session=${++sessions}`;
      return json(201, await session(), { "set-cookie": `${cookie}; HttpOnly; SameSite=Strict; Path=/` });
    }
    if (!allowed) return problem(401, "Expected a session but found none.");
    if (request === "GET /v1/session") return json(200, await session());
    if (request === "DELETE /v1/session") {
      cookie = undefined;
      return new Response(null, { status: 204 });
    }
    if (request === "POST /v1/session/next") {
      const next = await study.next(annotator);
      if (next.outcome === "task") return json(200, { outcome: "task", task: shown(next.task) });
      if (next.outcome === "done") return json(200, next);
      return json(200, { outcome: "wait", seconds: Math.ceil((next.until - Date.now()) / 1_000) });
    }
    if (request === "POST /v1/session/votes") {
      const cast = await study.vote(annotator, body as Parameters<OpenStudy["vote"]>[1]);
      if (cast.outcome === "accepted") return json(200, { vote: cast.vote, ...await progress() });
      if (cast.outcome === "conflict") return problem(409, cast.reason, cast.current && { current: cast.current });
      return cast.outcome === "taken" ? problem(410, "Others took the place.") : problem(404, "An unknown task.");
    }
    const id = /^DELETE \/v1\/session\/votes\/(.+)$/.exec(request)?.[1];
    if (id === undefined) return problem(404, "There is nothing here.");
    const back = await study.undo(annotator, id);
    if (back.outcome === "undone") return json(200, { vote: back.vote, task: shown(back.task), ...await progress() });
    return back.outcome === "conflict" ? problem(409, back.reason) : problem(404, "An unknown vote.");
  }

  const progress = async () => ({ progress: await study.progress(annotator) });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const asset = assets[pathname];
    if (asset) {
      const headers = { "content-type": asset.type, etag: asset.etag, "x-content-type-options": "nosniff" };
      return new Response(asset.body, { headers: { ...headers, "content-security-policy": contentSecurityPolicy } });
    }
    const text = await request.text();
    const body = text === "" ? undefined : JSON.parse(text);
    const what = `${request.method} ${pathname}`;
    asked.push(body === undefined ? { request: what } : { request: what, body });
    return await answer(what, body, cookie !== undefined && request.headers.get("cookie") === cookie);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    ...{ url, link: `${url}/annotate#${invitation}`, study, annotator, asked },
    end() {
      cookie = undefined;
      used = false;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { ...headers, "cache-control": "no-store" } });
}

function problem(status: number, detail: string, more: object = {}): Response {
  const body = { type: "about:blank", title: "Problem", status, detail, ...more };
  return json(status, body, { "content-type": "application/problem+json" });
}
