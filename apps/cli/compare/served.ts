/** What policies say that are no models of this machine: those of files, and those behind servers. */
import { AskError, type Metered } from "@tare/eval";
import type { Episode, FinishReason } from "@tare/sampler";
import { UsageError } from "../flags.ts";
import type { PromptToAnswer } from "../prompts.ts";
import { messagesOf } from "./messages.ts";
import type { ResponseFile } from "./policies.ts";
import type { Drawn } from "./sample.ts";
import type { Facts } from "./table.ts";
import type { Tally } from "./tally.ts";

/** A response of which only the text is known. */
function textEpisode({ id, text }: PromptToAnswer, response: string): Episode {
  const [none, noLogProbs] = [new Uint32Array(), new Float32Array()];
  return {
    ...{ promptId: id, prompt: text, response, promptTokens: none, tokens: none, logProbs: noLogProbs },
    finish: "eos", // nobody asks: the facts say what is known
  };
}

/** What a file says to each prompt. @throws {UsageError} If it says nothing to one, or knows another text by its id. */
export function saidInFile({ name, place, responses }: ResponseFile, prompts: readonly PromptToAnswer[]): Drawn {
  const missing = prompts.filter(({ id }) => !responses.has(id));
  if (missing.length > 0) {
    throw new UsageError(
      `Expected a response of ${name} in ${place} to each of ${prompts.length} prompts but found none to ` +
        `${missing.length} of them, such as "${missing[0]!.id}": give the prompts that it answers`,
    );
  }
  const other = prompts.find(({ id, text }) => responses.get(id)!.prompt !== text);
  if (other) throw new UsageError(`Expected one text for prompt "${other.id}" but found another one in ${place}`);
  const said = prompts.map(({ id }) => responses.get(id)!);
  return {
    name,
    episodes: prompts.map((prompt, i) => textEpisode(prompt, said[i]!.response)),
    facts: said.map(({ finish, length }): Facts => ({
      ...finish !== undefined && { finish },
      ...length !== undefined && { length },
    })),
  };
}

/** How a server is asked. */
export interface ServedSettings {
  readonly "max-tokens": number;
  readonly temperature: number;
  readonly concurrency: number;
}

/** Why an answer ended, in the words of samplers. */
const finishes: Readonly<Record<string, FinishReason>> = { stop: "eos", refusal: "stop", length: "length" };

/** Names the prompt that a server would not answer for its own sake. */
function aboutPrompt(error: unknown, name: string, id: string): unknown {
  if (!(error instanceof AskError) || error.kind !== "question") return error;
  const { message, kind } = error;
  return new AskError(
    `Expected an answer of ${name} to prompt "${id}" but found none: ${message}; answer it by another server, or leave it out`,
    kind,
  );
}

/** What a model behind a server says to each prompt: chat completions. */
export async function askPolicy(
  name: string,
  ask: Metered,
  prompts: readonly PromptToAnswer[],
  { "max-tokens": maxTokens, temperature, concurrency }: ServedSettings,
  tally: Tally,
  signal: AbortSignal,
): Promise<Drawn> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const [episodes, facts] = [new Array<Episode>(prompts.length), new Array<Facts>(prompts.length)];
  const waiting = prompts.entries();
  const work = async () => {
    for (const [i, prompt] of waiting) {
      const question = { messages: messagesOf(prompt.text), maxTokens, temperature };
      const { text, finish, usage } = await ask(question, { signal: stop }).catch((error) => {
        throw aboutPrompt(error, name, prompt.id);
      });
      episodes[i] = textEpisode(prompt, text);
      facts[i] = { finish: finishes[finish], ...usage && { length: usage.output } };
      tally(1, `responses of ${name}`);
    }
  };
  const workers = Array.from({ length: concurrency }, () => work().catch((error) => failed.abort(error)));
  await Promise.all(workers);
  stop.throwIfAborted();
  return { name, episodes, facts };
}
