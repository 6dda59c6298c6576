/** The document that says what the app answers: written by its routes. */
import type { Api } from "./deps.ts";
import { securitySchemes } from "./route.ts";

/** Makes the document, OpenAPI 3.1. */
export function openApiDocument(api: Api): object {
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    api.openAPIRegistry.registerComponent("securitySchemes", name, { ...scheme });
  }
  return api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Tare",
      version: "0.1.0",
      description:
        "Judges, people and contrastive rewards over HTTP. Programs show a token (`authorization: Bearer …`), " +
        "browsers a cookie; what changes something must come from a program or from the server's own pages. Whatever " +
        "cannot be had is a problem (RFC 9457): its `detail` says in a sentence what was expected, what was found and " +
        "what to do, and its `request` finds it in the log. Any route may answer 401 or 403 (who asks), 400, 408, 413 " +
        "or 422 (what is sent), 421 (another host), 429 with Retry-After (too often), or 500.",
      license: { name: "MIT" },
    },
  });
}
