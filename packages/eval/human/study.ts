/** What people are asked to compare. */
import { type Check, fields, list, mismatch, name, oneOf, optional, text, whole } from "./fields.ts";

/** What one policy said. */
export interface Said {
  /** Name of the policy. No annotator gets to see it. */
  readonly policy: string;
  /** Its response. */
  readonly response: string;
}

/** Two responses to compare. */
export interface StudyTask {
  /** Names the prompt. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** One policy and its response. */
  readonly a: Said;
  /** The other. */
  readonly b: Said;
  /** The right answer, where it is known: then the task is a gold check. */
  readonly gold?: "a" | "b" | "tie";
}

/** How tasks are given out. */
export interface StudySettings {
  /** What it is called: its key in a store. */
  readonly name: string;
  /** What annotators read beside every task. */
  readonly instructions: string;
  /** How many different annotators vote on each task that is no gold check. */
  readonly overlap: number;
  /** Milliseconds for which a task is held for the annotator who got it. */
  readonly lease: number;
  /** Share of gold checks among what an annotator gets, from 0 to 0.5. */
  readonly goldShare: number;
  /** Decides sides, orders and task ids; 16 characters or more. Who knows it and an annotator's name knows their sides. */
  readonly secret: string;
  /** Milliseconds; votes that took less are counted as quick in quality reports. */
  readonly leastDwell: number;
}

/** Settings and tasks. */
export interface Study extends StudySettings {
  /** What is compared. Each annotator gets them in an order of their own. */
  readonly tasks: readonly StudyTask[];
}

const share: Check<number> = (value, where) => {
  if (typeof value === "number" && value >= 0 && value <= 0.5) return value;
  throw mismatch("a share from 0 to 0.5", value, where);
};

const secret: Check<string> = (value, where) => {
  if (typeof value === "string" && value.length >= 16 && value.isWellFormed()) return value;
  const found = typeof value === "string" ? `one of ${value.length}` : "none"; // what it is stays unsaid
  throw new RangeError(`Expected a secret of 16 characters or more but found ${found} at ${where}`);
};

/** Checks settings. */
export const settingsOf: Check<StudySettings> = fields({
  ...{ name, instructions: text, overlap: whole(1), lease: whole(1) },
  ...{ goldShare: share, secret, leastDwell: whole(0) },
});

const said: Check<Said> = fields({ policy: name, response: text });

/** Checks a task by itself. */
export const taskOf: Check<StudyTask> = fields({
  ...{ promptId: name, prompt: text, a: said, b: said },
  gold: optional(oneOf("a", "b", "tie")),
});

/**
 * Checks a study: its fields, and that its tasks agree with each other.
 *
 * @param study What is called a study; fields of other names are left out.
 * @returns The study.
 * @throws {RangeError} If a field is missing or wrong, a prompt has two texts, a policy two responses to a prompt, a pair
 * comes twice, all tasks are gold checks, or gold checks and their share do not go together.
 *
 * @example Usage
 * ```ts
 * import { checkStudy, type Study } from "@tare/eval/human";
 * import { assertThrows } from "@std/assert";
 *
 * const study: Study = {
 *   ...{ name: "tea", instructions: "Which is more helpful?", overlap: 2, lease: 600_000, goldShare: 0 },
 *   ...{ secret: "0123456789abcdef", leastDwell: 2_000 },
 *   tasks: [{
 *     ...{ promptId: "1", prompt: "Tea?" },
 *     ...{ a: { policy: "ppo", response: " Yes." }, b: { policy: "sft", response: " No." } },
 *   }],
 * };
 * checkStudy(study);
 * assertThrows(() => checkStudy({ ...study, overlap: 0 }), RangeError, "1 or more but found 0 at study, field overlap");
 * ```
 */
export function checkStudy(study: Study): Study {
  const checked = { ...settingsOf(study, "study"), tasks: list(taskOf)(study.tasks, "study, tasks") };
  checkTasks(checked, (i) => `task ${i}`);
  return checked;
}

/** Checks that tasks agree with each other and with the share of gold checks. `where` says where a task stands. */
export function checkTasks({ tasks, goldShare }: Study, where: (i: number) => string): void {
  const known = new Map<string, { readonly value: string; readonly i: number }>();
  const agree = (what: string, key: readonly string[], value: string, i: number) => {
    const id = JSON.stringify([what, ...key]);
    const before = known.get(id);
    if (before && before.value !== value) {
      throw new RangeError(
        `Expected one ${what} for ${key.join(" and ")} but found another in ${where(i)} than in ${where(before.i)}`,
      );
    }
    known.set(id, before ?? { value, i });
  };
  for (const [i, { promptId, prompt, a, b }] of tasks.entries()) {
    if (a.policy === b.policy) throw new RangeError(`Expected two policies but found ${a.policy} twice in ${where(i)}`);
    agree("prompt", [promptId], prompt, i);
    for (const { policy, response } of [a, b]) agree("response", [policy, promptId], response, i);
    agree("task", [promptId, ...[a.policy, b.policy].sort()], String(i), i);
  }
  const gold = tasks.filter((task) => task.gold !== undefined).length;
  if (gold === tasks.length) {
    throw new RangeError(`Expected a task that is no gold check but found ${gold} gold checks and no other task`);
  }
  if (gold > 0 !== goldShare > 0) {
    throw new RangeError(
      `Expected gold checks where their share is above 0 but found ${gold} with a share of ${goldShare}`,
    );
  }
}
