/** Texts as episodes: what came over HTTP has no ids. */
import type { Episode } from "@tare/sampler";

/** A response to score, without what a model does not read. */
export interface TextToScore {
  /** Names the prompt, in messages. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** What was said, without special tokens. */
  readonly response: string;
}

/** An episode of which only the texts are known: it counts as one that came to its end. */
export function textEpisode<R extends TextToScore>(row: R): Episode & R {
  const [none, noLogProbs] = [new Uint32Array(), new Float32Array()];
  return { ...row, promptTokens: none, tokens: none, logProbs: noLogProbs, finish: "eos" };
}
