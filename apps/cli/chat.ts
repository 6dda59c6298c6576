/** A conversation with a model. */
import type { ChatMessage, Tokenizer } from "@tare/data";
import type { LocalSampler, SampleOptions } from "@tare/sampler";
import type { Context } from "./command.ts";
import { complete, rateOf } from "./complete.ts";

/** What a conversation needs. */
export interface Conversation {
  readonly sampler: LocalSampler;
  readonly tokenizer: Tokenizer;
  readonly options: SampleOptions;
  readonly context: Context;
  /** What the user says, line by line. */
  readonly lines: AsyncIterable<string>;
}

/** Answers each line, with all lines and answers before it; `/reset` forgets them. @returns The messages. */
export async function converse(
  { sampler, tokenizer, options, context, lines }: Conversation,
): Promise<{ messages: ChatMessage[] }> {
  const messages: ChatMessage[] = [];
  for await (const line of lines) {
    if (line.trim() === "") continue;
    if (line.trim() === "/reset") {
      messages.length = 0;
      context.note("A new conversation.");
      continue;
    }
    messages.push({ role: "user", content: line });
    const text = tokenizer.renderChat(messages, { reply: true });
    const prompt = { id: "chat", text, tokens: tokenizer.encode(text) };
    const start = performance.now();
    try {
      const [answer] = await complete(sampler, prompt, options, context.print);
      messages.push({ role: "assistant", content: answer!.text });
      const { tokens, tokensPerSecond } = rateOf([answer!], performance.now() - start);
      context.note(`(${tokens} tokens, ${tokensPerSecond.toFixed(1)} tokens/s)`);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      messages.pop(); // the line is too long, or the conversation has become so: no reason to lose it
      context.note(`${error.message}; /reset begins anew`);
    }
  }
  return { messages };
}
