/** A route says in one place who may take it: the app enforces that, and its OpenAPI document shows it. */
import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import type { Role } from "../access/principal.ts";
import type { Env } from "./env.ts";
import { Problem, problemSchema } from "./problem.ts";

type Config<P extends string> = Omit<RouteConfig, "path" | "security" | "middleware"> & { readonly path: P };

/**
 * Makes a route.
 *
 * @param roles Who may take it; `anyone` opens it to all.
 * @param config Method, path, request and answers.
 * @param problems What it may refuse, by status codes; what any route may refuse need not be there.
 */
export function route<P extends string, R extends Config<P>>(
  roles: readonly Role[],
  config: R,
  problems: Readonly<Record<number, string>> = {},
): ReturnType<typeof createRoute<P, R>> {
  const content = { "application/problem+json": { schema: problemSchema } };
  const told = Object.entries({ ...problems, default: "Another problem" });
  return createRoute<P, R>({
    ...config,
    tags: [areas.find(([, paths]) => paths.test(config.path))![0]],
    security: roles.flatMap((role) => schemesOf[role]),
    middleware: [allow(roles)],
    responses: {
      ...Object.fromEntries(told.map(([status, description]) => [status, { description, content }])),
      ...config.responses,
    },
  });
}

/** Under which heading of the document a route stands: the first whose paths it is of. */
const areas: readonly (readonly [name: string, paths: RegExp])[] = [
  ["people", /study|invitations|session/],
  ["judges", /judge|jobs/],
  ["evaluations", /evaluations/],
  ["rewards", /rewards|get_reward|classify/],
  ["access", /login|tokens/],
  ["health", /healthz|readyz/],
];

/** By which schemes of the document a role shows itself. */
const schemesOf: Readonly<Record<Role, readonly Record<string, string[]>[]>> = {
  admin: [{ token: ["admin"] }, { adminCookie: [] }],
  judge: [{ token: ["judge"] }],
  rewards: [{ token: ["rewards"] }],
  annotator: [{ annotatorCookie: [] }],
  local: [], // where it may pass at all, it is anyone's: the description of such a route says so
  anyone: [{}],
};

/** A scheme, as OpenAPI writes it. */
export interface SecurityScheme {
  /** Its kind. */
  readonly type: "http" | "apiKey";
  /** How a header says who asks. */
  readonly scheme?: "bearer";
  /** Where it stands. */
  readonly in?: "cookie";
  /** What it is called there. */
  readonly name?: string;
  /** What it is. */
  readonly description: string;
}

/** The schemes, for the document. */
export const securitySchemes: Readonly<Record<string, SecurityScheme>> = {
  token: { type: "http", scheme: "bearer", description: "What stands beside it is the role that the token must have." },
  adminCookie: { type: "apiKey", in: "cookie", name: "tare_admin", description: "An admin's browser." },
  annotatorCookie: { type: "apiKey", in: "cookie", name: "tare_annotator", description: "An annotator's browser." },
};

/** Lets those roles pass. */
function allow(roles: readonly Role[]) {
  return createMiddleware<Env>(async (c, next) => {
    const { role } = c.var.principal;
    if (!roles.includes(role) && !roles.includes("anyone")) throw refusal(role, roles);
    await next();
  });
}

function refusal(role: Role, roles: readonly Role[]): Problem {
  const words = roles.filter((it) => it !== "local").join(" or ");
  if (role === "anyone" || role === "local") {
    const remedy = roles.includes("annotator") ? "open your invitation" : "send authorization: Bearer and a token";
    return new Problem(401, `Expected ${words} but found nobody: ${remedy}`, {
      headers: { "www-authenticate": "Bearer" },
    });
  }
  return new Problem(403, `Expected ${words} but found ${role}: ask an admin for access`);
}

/** A body of JSON, which must be there. */
export function jsonBody<S extends z.ZodType>(schema: S): {
  content: { "application/json": { schema: S } };
  required: true;
} {
  return { content: { "application/json": { schema } }, required: true };
}

/** An answer that is a stream of events. */
export const eventsAnswer: { description: string; content: { "text/event-stream": { schema: z.ZodString } } } = {
  description: "Events",
  content: { "text/event-stream": { schema: z.string() } },
};

/** By which who was cut off says what it had last. */
export const lastEvent: z.ZodObject<{ "last-event-id": z.ZodOptional<z.ZodString> }> = z.object({
  "last-event-id": z.string().optional().openapi({
    description: "The last id that came: what is known is not sent again",
  }),
});

/** An answer that is no JSON, which is all that the library's types know. */
export function unchecked(response: Response): never {
  return response as never;
}

/** An answer of JSON. */
export function jsonAnswer<S extends z.ZodType>(schema: S, description: string): {
  content: { "application/json": { schema: S } };
  description: string;
} {
  return { content: { "application/json": { schema } }, description };
}
