import { rubric, type Template } from "./template.ts";

/** Which summary is better: one that is exact and short. */
export const summary: Template = rubric({
  id: "summary/1",
  criteria:
    `The prompt holds a text, and each response is a summary of it. The better summary covers more of the points that matter \
most in the text, says nothing that is not in it, and spends no words on details that do not matter. A good summary is both \
precise and concise: of two that cover the same points, the shorter one is better.`,
});
