import { rubric, type Template } from "./template.ts";

/** Which response helps more. */
export const helpful: Template = rubric({
  id: "helpful/1",
  criteria:
    `The better response is the more helpful one: it does what was asked, it is correct, and it leaves out nothing that the \
person needs and adds nothing that they do not. Where something is unclear, a good question is better than a bad guess. If the \
conversation is coming to its end, a helpful response lets it end. If a response is cut off, judge what is there.`,
});
