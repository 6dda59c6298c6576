/** Pages, and what they load. */
import type { Context } from "hono";
import type { Env } from "../http/env.ts";
import type { Api, Deps } from "../http/deps.ts";
import { type Asset, assets } from "./assets.ts";
import { dashboardAssets } from "./dashboard/assets.ts";
import { dashboardRoutes } from "./dashboard/routes.ts";

/** Adds them. They are no part of the API, and of its document. */
export function pageRoutes(api: Api, deps: Deps): void {
  for (const [path, asset] of Object.entries({ ...assets, ...dashboardAssets })) {
    api.get(path, (c) => sent(c, asset));
  }
  dashboardRoutes(api, deps);
}

/** A file, or word that the client has it already. */
function sent(c: Context<Env>, { body, type, etag }: Asset): Response {
  const headers = { etag, "cache-control": "no-cache" };
  if (c.req.header("if-none-match") === etag) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "content-type": type } });
}
