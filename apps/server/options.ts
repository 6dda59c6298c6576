/** What the server is made of: who scores, who judges, where things are kept. */
import type { Baseline, BaselineTable, SamplingRecord } from "@tare/contrastive";
import type { Judge, Spent } from "@tare/eval";
import type { Calculate } from "./evaluations/calculate.ts";
import type { Log } from "./http/log.ts";
import type { Rates } from "./http/rate.ts";
import type { Bounds } from "./http/slots.ts";
import type { Store } from "./store/store.ts";

/** A response to score. */
export interface ScoreRow {
  /** Names the prompt. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** What was said, without special tokens. */
  readonly response: string;
  /** Prompt and response as they were sent, special tokens included. */
  readonly text: string;
}

/** Scores responses: a local model in a thread of its own, or another server. */
export interface Score {
  /**
   * Scores.
   *
   * @returns A raw reward for each row, in their order.
   */
  (rows: readonly ScoreRow[], signal?: AbortSignal): Promise<ArrayLike<number>>;
  /** What scores: the `rewardModel` of the baselines that go with it. */
  readonly id: string;
  /** Why it scores no more, as where its thread has ended; the server is not ready then. */
  readonly failure?: string;
  /** Texts of special tokens, which are taken off what is sent. */
  readonly specials?: Specials;
  /** Most rows that it takes at once. @default {64} */
  readonly mostRows?: number;
  /** How many times it may be asked at once. @default {1} */
  readonly concurrency?: number;
}

/** Texts of special tokens. */
export interface Specials {
  /** What begins a text, such as `<s>`. */
  readonly begin?: string;
  /** What may end one, any number of times, such as `</s>` and what fills up. */
  readonly end?: readonly string[];
}

/** Draws baseline responses to a prompt on the spot, as those of the table were drawn. */
export interface Sample {
  /**
   * Draws.
   *
   * @returns As many responses as the table has for a prompt.
   */
  (prompt: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** Who responds: the `policy` of the table. */
  readonly policy: string;
  /** Why it draws no more, as where its thread has ended; the server is not ready then. */
  readonly failure?: string;
  /** How responses are drawn: what rows of the table say. It must be there where there is no table. @default {the table's} */
  readonly sampling?: SamplingRecord;
}

/** What is done about a prompt without a baseline: it is refused, sampled on the spot, or its reward stays raw. */
export type Missing = "refuse" | "sample" | "raw";

/** A judge that requests call by a name. Any {@linkcode Judge} will do; the rest is for who looks at it. */
export interface NamedJudge extends Judge {
  /** What may be told about it. */
  readonly about?: JudgeAbout;
  /** Comparisons at a time in a job. @default {8} */
  readonly concurrency?: number;
  /** What it has spent since the server started. */
  spent?(): Spent;
}

/** What may be told about a judge: no key, and no credentials. */
export interface JudgeAbout {
  /** The language model. */
  readonly model?: string;
  /** Name of its server, and the port. */
  readonly host?: string;
  /** What it is asked. */
  readonly template?: string;
  /** Whether each pair is judged in both orders, or in one. */
  readonly orders?: "both" | "one";
  /** Names of the judges whose majority it is. */
  readonly panel?: readonly string[];
}

/** Limits of what is asked. */
export interface Limits {
  /** Most bytes of a body; 64 KiB where people, or nobody known, send it. Four such bodies may be held at a time. @default {64 MiB} */
  readonly bytes: number;
  /** Seconds in which a body has to come. @default {30} */
  readonly bodySeconds: number;
  /** Seconds that scoring or judging one request may take. @default {120} */
  readonly answerSeconds: number;
  /** Requests a second and at once, by role. */
  readonly rates: Rates;
  /** Streams of events at a time. @default {16 of a principal, 256 in all} */
  readonly streams: Bounds;
  /** Judgements under way at a time. @default {32 of a principal, 128 in all} */
  readonly judgements: Bounds;
  /** Jobs that are not done. @default {20 of a principal, 100 in all} */
  readonly jobs: Bounds;
  /** Most comparisons of a job. @default {100000} */
  readonly comparisons: number;
  /** Seconds after which a silent stream shows that it lives. @default {15} */
  readonly heartbeatSeconds: number;
}

/** What the app is made of. */
export interface AppOptions {
  /** Where everything is kept. */
  readonly store: Store;
  /** Judges by the names that requests call them by. */
  readonly judges?: Readonly<Record<string, NamedJudge>>;
  /** Scores responses; without it there are no rewards. */
  readonly score?: Score;
  /** Baselines that were sampled before. */
  readonly baselines?: BaselineTable;
  /** Which number of a row is the baseline. @default {"mean"} */
  readonly baseline?: Baseline;
  /** What is done about a prompt without a baseline. @default {"refuse"} */
  readonly missing?: Missing;
  /** Draws baselines on the spot, where `missing` says so. */
  readonly sample?: Sample;
  /** Addresses by which browsers and clients reach the app, the first of them for links, such as `https://eval.example.org`. */
  readonly origins: readonly string[];
  /** Whether processes of this machine may score without a token: only where nobody else can reach the app. @default {false} */
  readonly trustLocal?: boolean;
  /** Computes results. @default {in a thread of its own} */
  readonly calculate?: Calculate;
  /** The clock, in milliseconds since 1970. @default {Date.now} */
  readonly clock?: () => number;
  /** Limits, as far as they are not the usual ones. */
  readonly limits?: Partial<Limits>;
  /** Takes lines of the log. @default {nothing is logged} */
  readonly log?: Log;
}
