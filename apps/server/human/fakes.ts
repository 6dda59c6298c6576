/** A study behind an app, and browsers of annotators. */
import { assertEquals } from "@std/assert";
import { origin, type TestApp, testApp } from "../fakes.ts";
import type { AppOptions } from "../options.ts";
import type { Rate, Rates } from "../http/rate.ts";
import type { Invitation } from "./invitation_schemas.ts";

/** Names that no annotator may get to see in any byte. */
export const hidden: {
  readonly evaluation: string;
  readonly policies: readonly string[];
  readonly prompt: string;
} = { evaluation: "EVALUATION-NAME", policies: ["POLICY-ONE", "POLICY-TWO"], prompt: "PROMPT-ID" };

/** Responses of two policies; what they say tells which of them says it, for tests alone. */
export function responsesOf(prompts: number): unknown[] {
  return Array.from({ length: prompts }, (_, i) =>
    hidden.policies.map((policy, which) => ({
      ...{ policy, promptId: `${hidden.prompt}-${i}`, prompt: `Question ${i}?` },
      response: `${which === 0 ? "Yes" : "No"} to ${i}.`,
    }))).flat();
}

/** What a browser was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests look into it
  readonly body: any;
}

/** A browser with its cookies, on the app's own pages. */
export interface Browser {
  /** Sends a request and keeps the cookies of the answer. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Cookies by name. They can be changed. */
  readonly cookies: Map<string, string>;
  /** All that it ever got: headers and bodies. */
  readonly got: string[];
}

/** An app with an evaluation and a study, a clock that is set by hand, and no limits of rates. */
export interface StudyApp extends TestApp {
  /** The clock, in milliseconds. */
  readonly clock: { now: number };
  /** Id of the evaluation. */
  readonly id: string;
  /** Invites people by name, and gives the secrets of their links. */
  invite(...annotators: string[]): Promise<string[]>;
  /** A new browser. */
  browser(): Browser;
  /** A browser that has taken an invitation of its own. */
  annotator(name: string): Promise<Browser>;
}

const often: Rate = { perSecond: 1e6, burst: 1e6 };

/** Rates that nobody reaches. */
export const fast: Rates = {
  ...{ admin: often, judge: often, rewards: often },
  ...{ annotator: often, local: often, anyone: often },
};

/** Makes it. */
export async function studyApp(
  prompts: number,
  settings: object = {},
  options: Partial<AppOptions> = {},
): Promise<StudyApp> {
  const clock = { now: 1_000_000 };
  const server = testApp({ clock: () => clock.now, limits: { rates: fast }, ...options });
  const responses = responsesOf(prompts);
  const evaluation = await server.ask("admin", "POST", "/v1/evaluations", { name: hidden.evaluation, responses });
  const { id } = await evaluation.json();
  const study = await server.ask("admin", "POST", `/v1/evaluations/${id}/study`, settings);
  assertEquals(study.status, 201, await study.text());
  const invite: StudyApp["invite"] = async (...annotators) => {
    const response = await server.ask("admin", "POST", `/v1/evaluations/${id}/invitations`, { annotators });
    assertEquals(response.status, 201);
    const { invitations } = await response.json() as { readonly invitations: readonly Invitation[] };
    return invitations.map(({ url }) => new URL(url).hash.slice(1));
  };
  const browser = () => browserOf((request) => server.app.fetch(request), origin);
  return {
    ...{ ...server, clock, id, invite, browser },
    async annotator(name) {
      const [invitation] = await invite(name);
      const mine = browser();
      assertEquals((await mine.ask("POST", "/v1/session", { invitation })).status, 201);
      return mine;
    },
  };
}

/** A browser whose requests a function answers. */
export function browserOf(
  fetch: (request: Request) => Promise<Response>,
  origin: string,
  cookies: Map<string, string> = new Map(),
): Browser {
  const got: string[] = [];
  return {
    cookies,
    got,
    async ask(method, path, body) {
      const headers = new Headers({ origin, cookie: [...cookies].map((pair) => pair.join("=")).join("; ") });
      if (body !== undefined) headers.set("content-type", "application/json");
      const response = await fetch(new Request(`${origin}${path}`, { method, headers, body: JSON.stringify(body) }));
      for (const cookie of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
        if (value === "") cookies.delete(name!);
        else cookies.set(name!, value!);
      }
      const text = await response.text();
      got.push([...response.headers].map((pair) => pair.join(": ")).join("\n"), text);
      return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
    },
  };
}

/** The task that a browser gets next; there must be one. */
export async function given(
  browser: Browser,
): Promise<{ readonly id: string; readonly prompt: string; readonly left: string }> {
  const { body } = await browser.ask("POST", "/v1/session/next");
  assertEquals(body.outcome, "task");
  return body.task;
}

/** A new ballot for a task. */
export function ballotFor(task: string, choice = "left"): { readonly id: string } & Record<string, unknown> {
  return { id: crypto.randomUUID(), task, choice };
}
