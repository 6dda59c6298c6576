/** Language models for tests: they see what a judge is shown, and answer as they are told to. */
import type { Answer, Ask, AskOptions, Question } from "../ask/ask.ts";

/** What stands in a question, by its delimiters. */
export interface Shown {
  readonly tag: string;
  readonly prompt: string;
  readonly first: string;
  readonly second: string;
}

/** Finds the judged texts again: the tag of the first delimiter, and what stands between the lines that carry it. */
export function shown({ messages }: Question): Shown {
  const text = messages.at(-1)!.content;
  const tag = /--Start of [^\n]* ([0-9a-f]{16})--\n/.exec(text)![1]!;
  const between = new RegExp(`--Start of [^\n]* ${tag}--\n([^]*?)\n--End of [^\n]* ${tag}--`, "g");
  const [prompt, first, second, ...more] = [...text.matchAll(between)].map((match) => match[1]!);
  if (more.length > 0) throw new Error("There are more than three texts");
  return { tag, prompt: prompt!, first: first!, second: second! };
}

/** A model that answers with what a function gives: a text that ended by itself, or a whole answer. */
export function fakeAsk(
  reply: (shown: Shown, question: Question, options: AskOptions) => string | Answer | Promise<string | Answer>,
): Ask & { readonly asked: Question[] } {
  const asked: Question[] = [];
  const ask = async (question: Question, options: AskOptions = {}): Promise<Answer> => {
    asked.push(question);
    const answer = await reply(shown(question), question, options);
    return typeof answer === "string" ? { text: answer, finish: "stop" } : answer;
  };
  return Object.assign(ask, { id: "fake", asked });
}

/** Thoughts that quote anything but their own end. */
const thoughts = (text: string) => `<think>\n${text.replaceAll("</think>", "")}\n</think>`;

/** Ways to write a verdict, by what a template asks for. */
export const hands: Readonly<
  Record<"json" | "last word", readonly ((rationale: string, verdict: string, tag: string) => string)[]>
> = {
  "json": [
    (rationale, verdict) => JSON.stringify({ rationale, verdict }),
    (rationale, verdict) => `\ufeff\`\`\`json\n${JSON.stringify({ rationale, verdict }, null, 2)}\n\`\`\`\n`,
    (rationale, verdict, tag) => `${rationale}\nVerdict ${tag}: ${verdict}`,
    (rationale, verdict, tag) => `${rationale}\n\n**Verdict ${tag}:** \u200f${verdict}.\n\n${rationale}`,
    (rationale, verdict) => `${rationale}\n_Verdict: ${verdict}_\n\u200b\n`,
    (rationale, verdict) => `${thoughts(rationale)}\n\n${JSON.stringify({ rationale: "Why.", verdict })}`,
  ],
  "last word": [
    (rationale, verdict) => `${rationale}\n[[${verdict}]]`,
    (rationale, verdict) => `${rationale} So it is **[[\u200e${verdict}]]**.\n`,
    (rationale, verdict) => `${thoughts(rationale)}[[${verdict}]]`,
  ],
};
