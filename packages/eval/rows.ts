/** The two files of an evaluation: what policies said, and who was found better. */
import type { Verdict } from "./verdict.ts";

/** A line of `responses.jsonl`. A policy says one thing to a prompt. */
export interface ResponseRow {
  /** Name of the policy. */
  readonly policy: string;
  /** Names the prompt. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** What the policy said. */
  readonly response: string;
}

/** A line of `verdicts.jsonl`: what a judge, or a person, decided about two policies on one prompt. */
export type VerdictRow = Verdict & {
  /** Id of the judge, or of the annotator. */
  readonly judge: string;
  /** Names the prompt. */
  readonly promptId: string;
  /** Name of one policy. */
  readonly a: string;
  /** Name of the other. */
  readonly b: string;
};
