/** Texts as trainers send them. */
import { z } from "@hono/zod-openapi";

/** One text, or a list of them. */
export type Texts = string | readonly string[];

/** Its schema. */
export const texts: z.ZodType<Texts> = z.union(
  [z.string(), z.array(z.string())],
  "expected a text or a list of texts; decode token ids, special tokens included",
).openapi({ description: "A text, or a list of texts" });

/** All of them as a list. */
export function listOf(texts: Texts): readonly string[] {
  return typeof texts === "string" ? [texts] : texts;
}
