/** Flags that say which language models are asked, and what may be spent on them. */

/** The flags. */
export const askFlags = {
  gpt: {
    type: "texts",
    value: "MODEL",
    default: [],
    help: "ask this language model which response is better; may be repeated",
  },
  "gpt-url": {
    type: "text",
    value: "URL",
    default: "https://api.openai.com/v1",
    help: "where it is: a server of OpenAI's protocol; its key, if it wants one, is in the variable OPENAI_API_KEY",
  },
  template: {
    type: "text",
    choices: ["helpful", "harmless", "summary", "chat", "paper"],
    default: "helpful",
    help: "what it is asked; paper is as in the paper: no tie is offered, and disagreement of both orders is one",
  },
  panel: { type: "switch", help: "one judge more: the majority of those of --gpt" },
  pairs: {
    type: "text",
    choices: ["all", "first"],
    default: "all",
    help: "compare every two policies, or each with the first",
  },
  calls: {
    type: "text",
    value: "FILE",
    help: "where answers of servers are kept, each paid for once (OUT.calls.sqlite)",
  },
  concurrency: { type: "integer", min: 1, default: 8, help: "requests to a server at a time" },
  "per-minute": { type: "integer", min: 1, help: "most requests to a model in a minute" },
  "max-requests": { type: "integer", min: 0, help: "most requests to a judge; what remains waits for --resume" },
  "max-cost": { type: "integer", min: 0, value: "TOKENS", help: "most tokens of requests to a judge and its answers" },
} as const;

/** What they say. */
export interface AskValues {
  readonly gpt: readonly string[];
  readonly "gpt-url": string;
  readonly template: "helpful" | "harmless" | "summary" | "chat" | "paper";
  readonly panel: boolean;
  readonly pairs: "all" | "first";
  readonly calls?: string;
  readonly concurrency: number;
  readonly "per-minute"?: number;
  readonly "max-requests"?: number;
  readonly "max-cost"?: number;
}
