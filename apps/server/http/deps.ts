/** What routes are given. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Cookies } from "../access/cookies.ts";
import type { Calculate } from "../evaluations/calculate.ts";
import type { ResultsKeeper } from "../evaluations/results.ts";
import type { Studies } from "../human/studies.ts";
import type { AppOptions, Limits } from "../options.ts";
import type { Changes } from "./changes.ts";
import type { Env } from "./env.ts";
import type { OpenStream } from "./events.ts";
import type { LogError } from "./log.ts";

/** The app while routes are added to it. */
export type Api = OpenAPIHono<Env>;

/** What the app was given, with what is usual in place of what was not, and what routes share. */
export interface Deps extends Omit<AppOptions, "limits"> {
  /** The clock, in milliseconds since 1970. */
  readonly clock: () => number;
  /** All limits. */
  readonly limits: Limits;
  /** Reads and writes cookies. */
  readonly cookies: Cookies;
  /** Studies at work. */
  readonly studies: Studies;
  /** Computes results. */
  readonly calculate: Calculate;
  /** Results of evaluations. */
  readonly results: ResultsKeeper;
  /** Fires when the app closes: streams end, work that goes on by itself stops where it can go on later. */
  readonly closing: AbortSignal;
  /** Something that goes on behind an answer; the app waits for it when it closes. */
  readonly background: (work: Promise<unknown>) => void;
  /** Logs what failed here. */
  readonly logError: LogError;
  /** Answers with a stream of events. */
  readonly stream: OpenStream;
  /** Word of what changed, by the id of the evaluation: its verdicts, votes and jobs, and its end. */
  readonly changes: Changes;
}
