/** Baselines that no table has: drawn once, scored, and kept. */
import type { BaselineRow, SamplingRecord } from "@tare/contrastive";
import { inTime, orAborted } from "../http/in_time.ts";
import type { Sample, Score, ScoreRow } from "../options.ts";
import type { ScoreRows } from "./batched.ts";
import { FullError, ModelError, modelError } from "./errors.ts";

/** Keeps rows that were drawn, so that no prompt is drawn for twice. */
export interface KeptBaselines {
  /** Rows kept before, of a reward model and a policy. */
  rows(rewardModel: string, policy: string): Iterable<BaselineRow>;
  /** Keeps a row. */
  keep(row: BaselineRow): void;
}

/** What baselines are drawn with. */
export interface DrawOptions {
  /** What scores. */
  readonly score: Score;
  /** Scores rows, and checks that rewards are finite. */
  readonly scoreRows: ScoreRows;
  /** Draws responses. */
  readonly sample: Sample;
  /** How they are drawn. */
  readonly sampling: SamplingRecord;
  /** Fingerprint of the chat template that renders prompts. @default {""} */
  readonly template?: string;
  /** Where rows are kept. @default {nowhere} */
  readonly kept?: KeptBaselines;
  /** Most prompts that are drawn for at a time; beyond them a request is turned away. @default {256} */
  readonly most?: number;
  /** Milliseconds that drawing for a prompt may take. @default {120000} */
  readonly timeout?: number;
  /** Ends what is under way. */
  readonly closing?: AbortSignal;
}

/**
 * Makes a function that finds the baseline row of a prompt, and draws it where there is none. Requests for one prompt share
 * one drawing, which goes on if they leave; a failure reaches them all and is not remembered.
 *
 * @param options What is drawn with.
 * @returns The function. Its argument names the prompt by the hash of its text.
 */
export function drawBaselines(
  options: DrawOptions,
): (of: Pick<ScoreRow, "promptId" | "prompt">, signal?: AbortSignal) => Promise<BaselineRow> {
  const { score, sample, sampling, kept, most = 256 } = options;
  const rows = new Map<string, BaselineRow>();
  for (const row of kept?.rows(score.id, sample.policy) ?? []) {
    if (sameDraws(row.sampling, sampling)) rows.set(row.promptHash, row);
  }
  const drawing = new Map<string, Promise<BaselineRow>>();

  async function draw(hash: string, prompt: string): Promise<BaselineRow> {
    const row = await drawRow(hash, prompt, options);
    kept?.keep(row);
    rows.set(hash, row);
    return row;
  }

  return async ({ promptId: hash, prompt }, signal) => {
    const known = rows.get(hash);
    if (known) return known;
    let drawn = drawing.get(hash);
    if (!drawn) {
      if (drawing.size >= most) {
        throw new FullError(`Expected at most ${most} prompts to draw baselines for but found more: ask again later`);
      }
      drawn = draw(hash, prompt).finally(() => drawing.delete(hash));
      drawing.set(hash, drawn);
      drawn.catch(() => {}); // they may all have left
    }
    return await orAborted(drawn, signal);
  };
}

/** Whether responses are drawn alike; the seed may be another. */
export function sameDraws(one: SamplingRecord, two: SamplingRecord): boolean {
  return one.k === two.k && one.temperature === two.temperature && one.maxTokens === two.maxTokens;
}

async function drawRow(promptHash: string, prompt: string, options: DrawOptions): Promise<BaselineRow> {
  const { score, scoreRows, sample, sampling, template = "", timeout = 120_000, closing } = options;
  const what = `Drawing baselines from ${sample.policy}`;
  const gone = new AbortController();
  const close = () => gone.abort(closing!.reason);
  closing?.addEventListener("abort", close);
  const responses = await inTime((signal) => sample(prompt, signal), timeout, gone)
    .catch((error) => {
      throw modelError(what, error);
    })
    .finally(() => closing?.removeEventListener("abort", close));
  if (responses.length !== sampling.k) {
    throw new ModelError(`${what} failed: expected ${sampling.k} responses but found ${responses.length}`);
  }
  const { begin = "", end: [end = ""] = [] } = score.specials ?? {};
  const toScore = responses.map((response) => ({
    ...{ promptId: promptHash, prompt, response },
    text: begin + prompt + response + end, // as a trainer would send it
  }));
  return {
    ...{ promptId: promptHash, promptHash, prompt, responses, rewards: [...await scoreRows(toScore)] },
    ...{ policy: sample.policy, rewardModel: score.id, template, sampling },
  };
}
