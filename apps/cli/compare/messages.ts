/** A prompt as the conversation that it is. */
import type { Message } from "@tare/eval";

/** Who speaks where in a transcript. */
const roles: Readonly<Record<string, "user" | "assistant">> = { Human: "user", Assistant: "assistant" };

/**
 * Splits a transcript of HH-RLHF's form into its turns; any other text is one message of the user.
 *
 * @param prompt The rendered prompt.
 */
export function messagesOf(prompt: string): Message[] {
  const parts = prompt.split(/\n\n(Human|Assistant):/);
  const turns = parts.slice(1).flatMap((part, i): Message[] =>
    i % 2 === 0 ? [{ role: roles[part]!, content: parts[i + 2]!.trim() }] : []
  );
  const last = turns.pop();
  const whole = parts[0] === "" && last?.role === "assistant" && last.content === "" && turns[0]?.role === "user";
  return whole ? turns : [{ role: "user", content: prompt }];
}
