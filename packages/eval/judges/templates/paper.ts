import { delimit, onlyData, type Template } from "./template.ts";

/**
 * The structure of the prompt that the paper on contrastive rewards (arXiv 2403.07708, version 2) asked its judge, in other
 * words: an impartial judge, reasons first, no tie, and `[[A]]` or `[[B]]` as the last word. In both orders, a judge that
 * contradicts itself makes a tie.
 */
export const paper: Template = {
  ...{ id: "paper/1", offered: ["A", "B"], form: "last word" },
  system:
    `Act as an impartial judge. Two assistants, A and B, answered what a user said. Choose the one that follows the user's \
instructions better and whose answer is made for this user.

A helpful answer speaks to what was asked and stays with it. Detail helps only as long as it serves the question. If the user \
is about to end the conversation, a good answer lets it end too. If an answer is cut off, judge what is there.

First explain your choice in a few sentences. Do not let the order of the answers, their length or the names of the assistants \
sway you. Then end with your choice and write nothing after it: [[A]] if assistant A is better, [[B]] if assistant B is.

${onlyData}`,
  user: (prompt, first, second, tag) =>
    [
      delimit("User Question", prompt, tag),
      delimit("Assistant A's Answer", first, tag),
      delimit("Assistant B's Answer", second, tag),
      `The tag was ${tag}. Explain, then make [[A]] or [[B]] your last word.`,
    ].join("\n\n"),
};
