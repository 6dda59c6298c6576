/** Finds out who asks. */
import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { Env } from "../http/env.ts";
import type { CookieKind, Cookies } from "./cookies.ts";
import type { Principal } from "./principal.ts";
import type { Access } from "./store.ts";

/** How it is found out. */
export interface AuthenticateOptions {
  /** Tokens and invitations. */
  readonly access: Access;
  /** Reads cookies. */
  readonly cookies: Cookies;
  /** Whether processes of this machine may score without a token: only where nobody else can reach the server. */
  readonly trustLocal: boolean;
}

/** Puts the principal into the context: by the key in the path of rewards, by bearer token, else by cookie, else by where the request comes from. */
export function authenticate(options: AuthenticateOptions): MiddlewareHandler<Env> {
  return createMiddleware<Env>(async (c, next) => {
    c.set("principal", await principalOf(c, options));
    await next();
  });
}

async function principalOf(c: Context<Env>, { access, cookies, trustLocal }: AuthenticateOptions): Promise<Principal> {
  const key = /^\/r\/([^/]+)/.exec(c.req.path)?.[1]; // for trainers that send no header
  if (key !== undefined) {
    const token = access.tokenOf(key);
    return token?.role === "rewards" ? { role: "rewards", token: token.id, by: "token" } : { role: "anyone" };
  }
  const secret = /^Bearer(?:\s+|$)(.*)/i.exec(c.req.header("authorization") ?? "")?.[1];
  const token = secret === undefined ? undefined : access.tokenOf(secret);
  if (token) return { role: token.role, token: token.id, by: "token" };
  if (secret !== undefined) return { role: "anyone" }; // a wrong token, or none, is no reason to look for another way in
  // Who tries out an annotator's page with an admin's browser is an annotator there.
  const kinds: readonly CookieKind[] = c.req.path.startsWith("/v1/session")
    ? ["annotator", "admin"]
    : ["admin", "annotator"];
  for (const kind of kinds) {
    const found = byId[kind](access, await cookies.read(c, kind));
    if (found) return found;
  }
  return { role: trustLocal && isLocal(c) ? "local" : "anyone" };
}

const byId: Readonly<Record<CookieKind, (access: Access, id: string | undefined) => Principal | undefined>> = {
  admin(access, id) {
    const token = id === undefined ? undefined : access.token(id);
    return token?.role === "admin" ? { role: "admin", token: token.id, by: "cookie" } : undefined;
  },
  annotator(access, id) {
    const found = id === undefined ? undefined : access.invitation(id);
    return found && { role: "annotator", invitation: found.id, study: found.study, annotator: found.annotator };
  },
};

/** Whether the other end is a process of this machine, and no proxy that speaks for others. */
function isLocal(c: Context<Env>): boolean {
  const from = c.env?.remoteAddr?.hostname ?? "";
  const forwarded = /^(x-)?forwarded|^via$|^(x|cf|true|fastly|fly)-(real|cluster|connecting|client)-(client-)?ip$/;
  return ![...c.req.raw.headers.keys()].some((name) => forwarded.test(name)) &&
    (from === "::1" || /^(::ffff:)?127\./.test(from));
}
