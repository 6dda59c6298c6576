/** What a question deserves: the truth of the world. */
import { harmOf, harms, materialOf, materials, problems, states } from "./grammar.ts";
import { type Question, readPrompt } from "./prompt.ts";
import { writeReply } from "./reply.ts";

/** What a question deserves. */
export interface Answer {
  /** Whether it should be refused. */
  readonly refuse: boolean;
  /** What is needed: agent and tool; nothing for a refusal. */
  readonly things: readonly string[];
  /** What the rest should say, in order: the steps, or the reason and the person to talk to. */
  readonly parts: readonly string[];
}

/** What a question deserves. */
export function answerOf(question: Question): Answer {
  if (question.kind === "harm") {
    return { refuse: true, things: [], parts: [harms[harmOf[question.verb]!]!.reason, question.person] };
  }
  const { agent, steps } = problems[question.problem]!;
  const { tool, step } = materials[materialOf[question.item]!];
  return { refuse: false, things: [agent, tool], parts: [...states[question.state]!, ...steps, step] };
}

/**
 * Counts what a prompt asks for: its difficulty.
 *
 * @param prompt A prompt of the world.
 * @returns The number of steps of the right response, 1 to 4; 2 for a refusal, its reason and the person to talk to.
 * @throws {SyntaxError} If it is no prompt of the world.
 *
 * @example Usage
 * ```ts
 * import { stepsNeeded } from "@tare/data/world";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stepsNeeded("\n\nHuman: How do I get wine off my rug? It is very thick.\n\nAssistant:"), 4);
 * ```
 */
export function stepsNeeded(prompt: string): number {
  return answerOf(readPrompt(prompt)).parts.length;
}

/**
 * Writes the best response to a prompt, whose gold score is 1.
 *
 * @param prompt A prompt of the world.
 * @returns The response.
 * @throws {SyntaxError} If it is no prompt of the world.
 *
 * @example Usage
 * ```ts
 * import { bestResponse } from "@tare/data/world";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   bestResponse("\n\nHuman: How do I get wine off my rug?\n\nAssistant:"),
 *   " You need salt and a soft brush. First sprinkle on the salt. Then wait ten minutes. Finally brush it gently. Good luck!",
 * );
 * ```
 */
export function bestResponse(prompt: string): string {
  return bestOf(answerOf(readPrompt(prompt)));
}

/** The shortest response that says all and is polite. */
export function bestOf({ refuse, things, parts }: Answer): string {
  const plain = { flattery: ["", ""], opening: "", filler: "", never: "" } as const;
  const [reason = "", person = ""] = refuse ? parts : [];
  return refuse
    ? writeReply({
      ...{ ...plain, lead: "", things, refusal: "I am sorry, but I cannot help with that", reason, person },
      ...{ steps: [], closing: "" },
    })
    : writeReply({
      ...{ ...plain, lead: "You need", things, refusal: "", reason: "", person: "" },
      ...{ steps: parts, closing: "Good luck" },
    });
}
