/** Cookies that say who asks: signed, out of reach of scripts, and good for a while. */
import type { Context } from "hono";
import { deleteCookie, getSignedCookie, setSignedCookie } from "hono/cookie";
import type { Env } from "../http/env.ts";

/** Who the cookie is for. */
export type CookieKind = "admin" | "annotator";

/** How cookies are made. */
export interface CookieOptions {
  /** Signs them. */
  readonly secret: string;
  /** Whether browsers reach the app by https; then cookies go by nothing else. */
  readonly secure: boolean;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
}

const seconds: Readonly<Record<CookieKind, number>> = { admin: 12 * 3600, annotator: 30 * 24 * 3600 };

/** Reads and writes such cookies. */
export interface Cookies {
  /** The id in a cookie; none if there is no cookie, its signature is wrong, or its time is over. */
  read(c: Context<Env>, kind: CookieKind): Promise<string | undefined>;
  /** Sets a cookie that holds an id. */
  write(c: Context<Env>, kind: CookieKind, id: string): Promise<void>;
  /** Takes it away. */
  clear(c: Context<Env>, kind: CookieKind): void;
}

/** Makes what reads and writes cookies. */
export function cookies({ secret, secure, now }: CookieOptions): Cookies {
  const prefix = secure ? "host" : undefined;
  const options = (kind: CookieKind) =>
    ({ path: "/", httpOnly: true, secure, sameSite: kind === "admin" ? "Strict" : "Lax" }) as const;
  const nameOf = (kind: CookieKind) => `tare_${kind}`;
  return {
    async read(c, kind) {
      const value = await getSignedCookie(c, secret, nameOf(kind), prefix);
      if (typeof value !== "string") return undefined;
      const [id, of, until] = value.split("~"); // the kind is signed too, or one would do for the other
      return of === kind && Number(until) > now() ? id : undefined;
    },
    async write(c, kind, id) {
      const value = `${id}~${kind}~${now() + 1000 * seconds[kind]}`;
      const settings = { ...options(kind), maxAge: seconds[kind] };
      await setSignedCookie(c, nameOf(kind), value, secret, prefix ? { ...settings, prefix } : settings);
    },
    clear(c, kind) {
      deleteCookie(c, secure ? `__Host-${nameOf(kind)}` : nameOf(kind), options(kind));
    },
  };
}
