/** Completions on their way to the terminal. */
import type { Completion, LocalSampler, Prompt, SampleOptions } from "@tare/sampler";

/** Completes a prompt once; text goes out as it comes. */
export async function completeOne(
  sampler: LocalSampler,
  prompt: Prompt,
  options: SampleOptions,
  print: (text: string) => void,
): Promise<Completion[]> {
  const completions: Completion[] = [];
  for await (const { text, completion } of sampler.stream([prompt], options)) {
    if (text) print(text);
    if (completion) completions.push(completion);
  }
  print("\n");
  return completions;
}

/** Completes a prompt several times; each completion goes out when it is whole. */
export async function completeSeveral(
  sampler: LocalSampler,
  prompt: Prompt,
  options: SampleOptions,
  print: (text: string) => void,
): Promise<Completion[]> {
  const completions: Completion[] = [];
  for await (const completion of sampler.sample([prompt], options)) {
    completions.push(completion);
    print(`── ${completion.index + 1} of ${options.n} ──\n${completion.text}\n`);
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
