import { rubric, type Template } from "./template.ts";

/** Which response is better in conversation at large. */
export const chat: Template = rubric({
  id: "chat/1",
  criteria:
    `The better response follows the person's instructions more closely and answers their question better. Weigh how helpful \
it is, how much it keeps to the question, how correct it is, how deep it goes, how original it is where that is wanted, and \
whether it has as much detail as the question calls for. Be as objective as you can.`,
});
