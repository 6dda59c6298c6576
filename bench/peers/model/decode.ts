/** Greedy decoding with a key-value cache. */
import { openDevice } from "@tare/core";
import type { Effort } from "../timing.ts";
import { compare, type Contestant, type Result } from "./contest.ts";
import { type Decode, ourDecoder } from "./decode_ours.ts";
import { type Setup, threads } from "./setup.ts";
import { makeParams } from "./weights.ts";
import { newTokens, prompts } from "./workload.ts";

/** Rows of decoding all prompts together, and one alone. */
export async function decodeResults(setup: Setup, effort: Effort, say: (line: string) => void): Promise<Result[]> {
  using device = await openDevice({ device: "cpu", threads });
  const { python, onnx } = setup;
  const programs: [name: string, decode: Decode][] = [["Tare", ourDecoder(device, makeParams(device))]];
  const asks = (peer: typeof python, extra: Record<string, string> = {}): Decode => async (prompts, newTokens) =>
    (await peer!.ask<{ tokens: number[][] }>({ ...extra, prompts, new_tokens: newTokens })).tokens;
  if (python) {
    programs.push(["PyTorch, a loop by hand", asks(python, { do: "loop" })]);
    programs.push(["transformers, generate()", asks(python, { do: "generate" })]);
  }
  if (onnx) programs.push(["transformers.js on ONNX Runtime", asks(onnx)]);
  const results: Result[] = [];
  for (const count of [prompts.length, 1]) {
    const some = prompts.slice(0, count);
    const contestants = programs.map(([name, decode]): Contestant => ({
      ...{ name, threads },
      run: async () => (await decode(some, newTokens)).flat(),
    }));
    const work = `decode, batch ${count}`;
    results.push(...await compare({ work, tokens: count * newTokens, contestants, tolerance: 0 }, effort, say));
  }
  return results;
}
