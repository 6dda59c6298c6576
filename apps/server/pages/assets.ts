/** The pages and what they load, as the server sends them: each file is in the program, and none changes while it runs. */
import { createHash } from "node:crypto";
import annotateCss from "./annotate/annotate.css" with { type: "text" };
import annotateHtml from "./annotate/annotate.html" with { type: "text" };
import annotateJs from "./annotate/annotate.js" with { type: "text" };
import keptJs from "./annotate/kept.js" with { type: "text" };
import stopwatchJs from "./annotate/stopwatch.js" with { type: "text" };
import viewJs from "./annotate/view.js" with { type: "text" };
import baseCss from "./base.css" with { type: "text" };
import clientJs from "./client.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import loginCss from "./login/login.css" with { type: "text" };
import loginHtml from "./login/login.html" with { type: "text" };
import loginJs from "./login/login.js" with { type: "text" };

/** A file that the server sends. */
export interface Asset {
  /** Its text. */
  readonly body: string;
  /** Its content type. */
  readonly type: string;
  /** Names this very text: a strong ETag, in quotes. */
  readonly etag: string;
}

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** What each path gives. Paths of assets are those of the files, so that modules find each other. */
export const assets: Readonly<Record<string, Asset>> = {
  "/annotate": asset("html", annotateHtml),
  "/login": asset("html", loginHtml),
  "/assets/annotate/annotate.css": asset("css", annotateCss),
  "/assets/annotate/annotate.js": asset("js", annotateJs),
  "/assets/annotate/kept.js": asset("js", keptJs),
  "/assets/annotate/stopwatch.js": asset("js", stopwatchJs),
  "/assets/annotate/view.js": asset("js", viewJs),
  "/assets/base.css": asset("css", baseCss),
  "/assets/client.js": asset("js", clientJs),
  "/assets/icon.svg": asset("svg", icon),
  "/assets/login/login.css": asset("css", loginCss),
  "/assets/login/login.js": asset("js", loginJs),
};

/** A file of a kind: `css`, `html`, `js` or `svg`. */
export function asset(kind: string, body: string): Asset {
  return { body, type: types[kind]!, etag: `"${createHash("sha256").update(body).digest("base64url")}"` };
}
