/** Pages and what they load: static files, the same for everybody. */
import type { Api } from "../http/deps.ts";
import { isAmong } from "../http/etag.ts";
import { assets } from "./assets.ts";
import { dashboardAssets } from "./dashboard/assets.ts";

/** Adds the routes of pages. Browsers keep them, and ask each time whether they are still the same. */
export function pageRoutes(api: Api): void {
  for (const [path, { body, type, etag }] of Object.entries({ ...assets, ...dashboardAssets })) {
    api.get(path, (c) => {
      const headers = { etag, "cache-control": "no-cache" };
      return isAmong(etag, c.req.header("if-none-match"))
        ? c.body(null, 304, headers)
        : c.body(body, 200, { ...headers, "content-type": type });
    });
  }
}
