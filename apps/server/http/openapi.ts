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
      description: "Judges, people and contrastive rewards over HTTP.",
      license: { name: "MIT" },
    },
  });
}
