/** What tokens and names look like on the wire. */
import { z } from "@hono/zod-openapi";
import type { TokenRecord, TokenRole } from "./store.ts";

/** A name that somebody gives to something, as studies know names: 1 to 200 characters, none of them one that controls a terminal, and no half of one. */
export const givenName: z.ZodType<string> = z.string()
  // deno-lint-ignore no-control-regex -- these are what it refuses
  .regex(/^[^\x00-\x1f\x7f-\x9f]{1,200}$/, "Expected a name of 1 to 200 characters without control characters")
  .refine((name) => name.isWellFormed(), "Expected a name of whole characters but found half of one");

const role: z.ZodType<TokenRole> = z.enum(["admin", "judge", "rewards"]);

/** What a new token is for. */
export const newToken: z.ZodType<Pick<TokenRecord, "name" | "role">> = z.strictObject({
  name: givenName.openapi({ description: "What to call it" }),
  role: role.openapi({ description: "What it is for" }),
}).openapi("NewToken");

/** A token without its secret. */
export const tokenRecord: z.ZodType<TokenRecord> = z.strictObject({
  id: z.string(),
  name: z.string(),
  role,
  created: z.int().openapi({ description: "Milliseconds since 1970" }),
}).openapi("Token");
