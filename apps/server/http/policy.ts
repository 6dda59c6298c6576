/** The pages' Content-Security-Policy, by itself, so that what knows no Hono can send it, too. */

/** What a page may load and do: its own scripts, styles and requests, and nothing else. */
export const contentSecurityPolicy: string = [
  "default-src 'none'",
  ...["script-src", "style-src", "connect-src", "img-src"].map((kind) => `${kind} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");
