/** How often somebody may ask: a bucket of tokens for each, which fills with time. */
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { keyOf, type Role } from "../access/principal.ts";
import type { Env } from "./env.ts";
import { Problem } from "./problem.ts";

/** How often. */
export interface Rate {
  /** Requests a second, for ever. */
  readonly perSecond: number;
  /** Requests at once, after a pause. */
  readonly burst: number;
}

/** Rates by role. */
export type Rates = Readonly<Record<Role, Rate>>;

/** How many buckets are kept. Beyond them those are forgotten that were not used for longest, which are most likely full. */
const mostBuckets = 10_000;

/**
 * Makes the function that takes a token of somebody's bucket.
 *
 * @param now The clock, in milliseconds.
 * @param most How many buckets are kept.
 * @returns Milliseconds to wait until there is one; 0 if it was taken.
 */
export function buckets(now: () => number, most: number = mostBuckets): (key: string, rate: Rate) => number {
  const kept = new Map<string, { readonly left: number; readonly at: number }>(); // the last used stands last
  return (key, rate) => {
    const time = now();
    const bucket = kept.get(key) ?? { left: rate.burst, at: time };
    const left = Math.min(rate.burst, bucket.left + Math.max(0, time - bucket.at) * rate.perSecond / 1000);
    kept.delete(key);
    kept.set(key, { left: left >= 1 ? left - 1 : left, at: time });
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    return left >= 1 ? 0 : Math.ceil((1 - left) * 1000 / rate.perSecond);
  };
}

/** Refuses who asks too often. */
export function limitRates(rates: Rates, now: () => number): MiddlewareHandler<Env> {
  const take = buckets(now);
  return createMiddleware<Env>(async (c, next) => {
    const { principal } = c.var;
    const wait = take(keyOf(principal, c.env?.remoteAddr?.hostname ?? ""), rates[principal.role]);
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw new Problem(429, `Expected fewer requests: try again in ${seconds} s`, {
        headers: { "retry-after": `${seconds}` },
      });
    }
    await next();
  });
}
