/** The templates there are. */
import { chat } from "./chat.ts";
import { harmless } from "./harmless.ts";
import { helpful } from "./helpful.ts";
import { paper } from "./paper.ts";
import { summary } from "./summary.ts";
import type { Template } from "./template.ts";

/** Templates by name. */
export const templates: Readonly<Record<"helpful" | "harmless" | "summary" | "chat" | "paper", Template>> = {
  ...{ helpful, harmless, summary, chat, paper },
};
