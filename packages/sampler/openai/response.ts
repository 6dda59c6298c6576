/** What a server answers, checked and made into completions. */
import type { Tokenizer } from "@tare/data";
import { z } from "zod";
import type { Completion, FinishReason, Prompt } from "../sampler.ts";
import type { SampleSettings } from "../settings.ts";
import type { ServerKind } from "./request.ts";

const ids = z.array(z.int().min(0).max(2 ** 32 - 1)); // what a Uint32Array keeps

const choiceSchema = z.object({
  index: z.int().min(0),
  text: z.string(),
  finish_reason: z.string().nullable(),
  stop_reason: z.union([z.string(), z.number()]).nullish(),
  logprobs: z.object({
    tokens: z.array(z.string()).nullish(),
    token_logprobs: z.array(z.number().max(1e-3).nullable()).nullish(),
  }).nullish(),
  token_ids: ids.nullish(),
  prompt_token_ids: ids.nullish(),
});

const responseSchema = z.object({ choices: z.array(choiceSchema) });

type Choice = z.infer<typeof choiceSchema>;

/** What is known of the server. */
export interface AnswerContext {
  readonly server: ServerKind;
  /** Whether its log-probabilities come before temperature and filters, or after them. */
  readonly logProbs: "raw" | "processed";
  readonly tokenizer?: Tokenizer;
}

/**
 * Reads an answer.
 *
 * @param answer What the server sent, parsed.
 * @param prompt What it was asked to complete.
 * @param settings How.
 * @param context The server.
 * @returns n completions.
 * @throws {TypeError} If the answer is not what the protocol says; one sentence that names the field.
 */
export function completionsOf(
  answer: unknown,
  prompt: Prompt,
  settings: SampleSettings,
  context: AnswerContext,
): Completion[] {
  const { success, data, error } = responseSchema.safeParse(answer);
  if (!success) {
    const { path, message } = error.issues[0]!;
    throw new TypeError(`its answer is no completion: ${path.join(".") || "the body"}: ${message}`);
  }
  const asked = settings.temperature === 0 ? 1 : settings.n;
  const choices = data.choices.toSorted((a, b) => a.index - b.index);
  if (choices.length !== asked || choices.some(({ index }, i) => index !== i)) {
    const indices = choices.length > 0 && choices.length < 20 ? `, of index ${choices.map(({ index }) => index)}` : "";
    throw new TypeError(`it was asked for ${asked} completions but answered ${choices.length}${indices}`);
  }
  const completions = choices.map((choice) => completionOf(choice, prompt, settings, context));
  return Array.from({ length: settings.n }, (_, index) => ({ ...completions[index] ?? completions[0]!, index }));
}

function completionOf(choice: Choice, prompt: Prompt, settings: SampleSettings, context: AnswerContext): Completion {
  const { server, tokenizer } = context;
  if (server === "vllm" && !choice.token_ids) {
    throw new TypeError(
      'it sent no token_ids though return_token_ids asked for them, so it may not know the other options either: use vLLM 0.10.2 or later, or set server to "openai"',
    );
  }
  const sent = choice.token_ids?.length ?? 0;
  if (sent > settings.maxTokens) {
    throw new TypeError(`it was asked for ${settings.maxTokens} tokens at most but answered ${sent}`);
  }
  const finish = finishOf(choice, settings, server);
  const tokens = Uint32Array.from(choice.token_ids ?? tokensOf(choice.text, finish, tokenizer));
  const promptTokens = prompt.tokens ?? choice.prompt_token_ids ?? tokenizer?.encode(prompt.text ?? "") ?? [];
  return {
    promptId: prompt.id,
    index: choice.index,
    promptTokens: Uint32Array.from(promptTokens),
    tokens,
    text: choice.text,
    ...logProbsOf(choice, tokens, settings, context),
    finish,
  };
}

function finishOf({ finish_reason, stop_reason }: Choice, { stop }: SampleSettings, server: ServerKind): FinishReason {
  if (finish_reason === "length") return "length";
  if (finish_reason !== "stop") throw new TypeError(`it ended a completion by ${JSON.stringify(finish_reason)}`);
  if (typeof stop_reason === "string") return "stop";
  return server === "vllm" || stop.length === 0 ? "eos" : "stop";
}

/** Ids of a text whose ids were not sent: another way of cutting it than the server's may be among its draws. */
function tokensOf(text: string, finish: FinishReason, tokenizer: Tokenizer | undefined): number[] {
  if (!tokenizer) return [];
  return [
    ...tokenizer.encodeCompletion(text),
    ...finish === "eos" && tokenizer.eos !== undefined ? [tokenizer.eos] : [],
  ];
}

/** Both kinds of log-probabilities; NaN where they cannot be told from what the server sent. */
function logProbsOf(
  { logprobs, token_ids }: Choice,
  tokens: Uint32Array,
  settings: SampleSettings,
  { logProbs: kind, tokenizer }: AnswerContext,
): Pick<Completion, "logProbs" | "samplingLogProbs"> {
  const { temperature, topK, topP, minP, repetitionPenalty, minTokens } = settings;
  const sent = logprobs?.token_logprobs ?? [];
  const texts = logprobs?.tokens ?? [];
  // Without ids a number belongs to a token only if the server's pieces of text are the tokenizer's.
  const same = token_ids ? sent.length === tokens.length : sent.length > 0 && sent.length <= tokens.length &&
    texts.length === sent.length &&
    texts.every((text, i) => tokenizer?.decode([tokens[i]!], { completion: true }) === text);
  const given = Float32Array.from(tokens, (_, i) => same ? sent[i] ?? NaN : NaN);
  const unknown = new Float32Array(tokens.length).fill(NaN);
  const plain = topK === 0 && topP === 1 && minP === 0 && repetitionPenalty === 1 && minTokens === 0;
  const untempered = temperature === 1 || temperature === 0;
  const model = kind === "raw" ? untempered : temperature > 0 && plain;
  const drawn = kind === "processed" || (temperature === 1 && plain);
  const certain = new Float32Array(tokens.length);
  return {
    logProbs: model ? given : unknown,
    samplingLogProbs: temperature === 0 ? certain : drawn ? given.slice() : unknown,
  };
}
