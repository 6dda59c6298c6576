/** Every route, asked by everybody: generated from the OpenAPI document, so that a new route cannot be forgotten. */
import { assert, assertEquals } from "@std/assert";
import { generateSignedCookie } from "hono/cookie";
import { origin, testApp } from "./fakes.ts";

type Security = readonly Readonly<Record<string, readonly string[]>>[];
interface Operation {
  readonly security?: Security;
  readonly summary?: string;
}

const principals = ["nobody", "stranger", "rewards", "judge", "admin", "admin's browser", "annotator"] as const;
type Principal = typeof principals[number];

/** What each principal shows: the scheme, and the role that it has there. */
const shows: Readonly<Record<Principal, readonly [scheme: string, role?: string]>> = {
  nobody: [""],
  stranger: [""], // with a token that nobody gave out
  rewards: ["token", "rewards"],
  judge: ["token", "judge"],
  admin: ["token", "admin"],
  "admin's browser": ["adminCookie"],
  annotator: ["annotatorCookie"],
};

/** What anyone may ask, in the order of the document: whoever adds to it, adds it here too. */
const open = [
  "GET /healthz",
  "GET /readyz",
  "POST /v1/login",
  "DELETE /v1/login",
  "POST /v1/session",
];

const methods = ["get", "post", "put", "patch", "delete"] as const;

function mayPass(security: Security, principal: Principal): boolean {
  const [scheme, role] = shows[principal];
  return security.some((option) => {
    const names = Object.keys(option);
    return names.length === 0 || option[scheme] !== undefined && (role === undefined || option[scheme].includes(role));
  });
}

Deno.test("every route lets pass whom its document names, and nobody else", async () => {
  await using server = testApp({ limits: { rates: unlimited() } });
  const { app, store, tokens } = server;
  const later = Date.now() + 60_000;
  const invitation = store.access.invite({ study: "s", annotator: "ann", created: 0, expires: later });
  const cookie = async (kind: "admin" | "annotator", id: string) =>
    (await generateSignedCookie(`tare_${kind}`, `${id}~${kind}~${later}`, store.access.cookieSecret)).split(";")[0]!;
  const headers: Readonly<Record<Principal, HeadersInit>> = {
    nobody: {},
    stranger: { authorization: `Bearer ${"x".repeat(43)}` },
    rewards: { authorization: `Bearer ${tokens.rewards}` },
    judge: { authorization: `Bearer ${tokens.judge}` },
    admin: { authorization: `Bearer ${tokens.admin}` },
    "admin's browser": { origin, cookie: await cookie("admin", store.access.tokenOf(tokens.admin)!.id) },
    annotator: { origin, cookie: await cookie("annotator", invitation.id) },
  };
  const { paths } = app.openapi() as { paths: Record<string, Record<string, Operation>> };
  const [found, keyed]: [string[], string[]] = [[], []];
  let [passed, refused] = [0, 0];
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of methods) {
      const operation = operations[method];
      if (!operation) continue;
      const { security } = operation;
      assert(security, `${method} ${path} says nothing of who may take it`);
      if (security.some((option) => Object.keys(option).length === 0)) found.push(`${method.toUpperCase()} ${path}`);
      if (path.includes("{key}")) {
        keyed.push(`${method} ${path}`);
        continue;
      }
      for (const principal of principals) {
        // Paths of things that are not there, and no body: whoever may pass gets another problem than 401 or 403.
        const url = `${origin}${path.replace(/\{\w+\}/g, crypto.randomUUID())}`;
        const response = await app.fetch(
          new Request(url, { method: method.toUpperCase(), headers: headers[principal] }),
        );
        await response.body?.cancel();
        const expected = mayPass(security, principal)
          ? "passes"
          : principal === "nobody" || principal === "stranger"
          ? 401
          : 403;
        const { status } = response;
        assertEquals(status === 401 || status === 403 ? status : "passes", expected, `${principal}: ${method} ${path}`);
        if (expected === "passes") passed++;
        else refused++;
      }
    }
  }
  assertEquals(found.sort(), [...open].sort());

  // Where the key in the path says who asks, nothing else does.
  for (const route of keyed) {
    const [method, path] = route.split(" ") as [string, string];
    for (const [role, key] of Object.entries({ ...tokens, stranger: "x".repeat(43) })) {
      const url = `${origin}${path.replace("{key}", key)}`;
      const response = await app.fetch(new Request(url, { method: method.toUpperCase(), headers: headers.admin }));
      await response.body?.cancel();
      assertEquals(response.status === 401, role !== "rewards", `${role}: ${route}`);
    }
  }
  assertEquals(keyed.sort(), ["post /r/{key}/classify", "post /r/{key}/get_reward"]);
  assert(passed > 0 && refused > 0);
});

function unlimited() {
  const rate = { perSecond: 1e6, burst: 1e6 };
  return { admin: rate, judge: rate, rewards: rate, annotator: rate, local: rate, anyone: rate };
}
