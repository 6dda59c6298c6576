/** What the annotator's page and the server say to each other: types only, for the page's scripts. */

/** A task, as an annotator sees it. */
export interface Task {
  /** What to vote with. */
  readonly id: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** The response on the left. */
  readonly left: string;
  /** The response on the right. */
  readonly right: string;
  /** For how long it is held. */
  readonly seconds: number;
}

/** A vote of the annotator that stands. */
export interface Vote {
  /** Its UUID. */
  readonly id: string;
  /** How many votes they have cast on this task, with this one. */
  readonly revision: number;
  /** What was said. */
  readonly choice: string;
  /** What was written. */
  readonly comment?: string;
}

/** How far the annotator is. */
export interface Progress {
  /** How many votes of theirs stand. */
  readonly votes: number;
  /** How many tasks are left for them. */
  readonly left: number;
  /** The vote that can be taken back. */
  readonly last?: Vote;
}

/** What a session begins with. */
export interface Session {
  /** What to do. */
  readonly instructions: string;
  /** How far the annotator is. */
  readonly progress: Progress;
}

/** What comes next. */
export type Next =
  | { readonly outcome: "task"; readonly task: Task }
  | { readonly outcome: "wait"; readonly seconds: number }
  | { readonly outcome: "done" };

/** A vote as the page sends it. */
export interface Ballot {
  /** A UUID, made once. */
  readonly id: string;
  /** Id of the task. */
  readonly task: string;
  /** What is said. */
  readonly choice: string;
  /** What is written. */
  readonly comment?: string;
  /** Milliseconds for which the task was seen. */
  readonly dwell: number;
}
