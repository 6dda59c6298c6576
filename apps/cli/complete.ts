/** Completions on their way to the terminal. */
import type { Completion, LocalSampler, Prompt, SampleOptions } from "@tare/sampler";

/** Completes a prompt. One completion goes out as it comes, several when each is whole. */
export async function complete(
  sampler: LocalSampler,
  prompt: Prompt,
  options: SampleOptions,
  print: (text: string) => void,
): Promise<Completion[]> {
  const { n = 1 } = options;
  const completions: Completion[] = [];
  for await (const { index, text, completion } of sampler.stream([prompt], options)) {
    if (n === 1) print(completion ? `${text}\n` : text);
    else if (completion) print(`── ${index + 1} of ${n} ──\n${completion.text}\n`);
    if (completion) completions.push(completion);
  }
  return completions.sort((a, b) => a.index - b.index);
}

/** Tokens, seconds and their quotient. */
export function rateOf(
  completions: readonly Completion[],
  milliseconds: number,
): { tokens: number; seconds: number; tokensPerSecond: number } {
  const tokens = completions.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return { tokens, seconds: milliseconds / 1000, tokensPerSecond: 1000 * tokens / milliseconds };
}
