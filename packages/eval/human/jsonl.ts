/** A whole study as lines of text, and back. */
import type { StudyEvent } from "./event.ts";
import { eventOf } from "./event.ts";
import { fields, mismatch, optional, whole } from "./fields.ts";
import type { OpenStudy } from "./open_study.ts";
import { growing, hasRoom, type StudyState } from "./state.ts";
import type { StudyStore } from "./store.ts";
import { checkTasks, settingsOf, type Study, taskOf } from "./study.ts";
import { lastVote } from "./vote.ts";

/** Of the lines. */
const version = 1;

/** How many lines follow the first: an export says so, so that one that was cut is found out. */
const counts = fields({ tasks: optional(whole(0)), events: optional(whole(0)) });

/**
 * Writes a study as JSON Lines: its settings, its tasks, and every event up to now. They tell policies and sides, and the
 * secret too: they are for its owner.
 *
 * @param study The study.
 * @returns Lines without line ends.
 *
 * @example Usage
 * ```ts
 * import { createStudy, exportStudy, importStudy, memoryStudyStore, openStudy } from "@tare/eval/human";
 * import { assertEquals } from "@std/assert";
 *
 * const store = memoryStudyStore();
 * await createStudy(store, {
 *   ...{ name: "tea", instructions: "Which is more helpful?", overlap: 2, lease: 600_000, goldShare: 0 },
 *   ...{ secret: "0123456789abcdef", leastDwell: 2_000 },
 *   tasks: [{
 *     ...{ promptId: "1", prompt: "Tea?" },
 *     ...{ a: { policy: "ppo", response: " Yes." }, b: { policy: "sft", response: " No." } },
 *   }],
 * });
 * const study = await openStudy(store, "tea");
 * const shown = await study.next("ann");
 *
 * const lines = await Array.fromAsync(exportStudy(study));
 * assertEquals(lines.map((line) => JSON.parse(line).kind), ["study", "task", "lease"]);
 * const other = memoryStudyStore();
 * await importStudy(other, lines);
 * assertEquals(await (await openStudy(other, "tea")).next("ann"), shown);
 * ```
 */
export async function* exportStudy(study: OpenStudy): AsyncIterable<string> {
  const { settings, tasks, length } = await study.view(({ study: { tasks, ...settings }, length }) => {
    return { settings, tasks, length };
  });
  yield JSON.stringify({ kind: "study", version, ...settings, tasks: tasks.length, events: length });
  for (const task of tasks) yield JSON.stringify({ kind: "task", ...task });
  let left = length; // what comes while the lines are read is not in them
  for await (const event of study.events()) {
    if (left-- === 0) return;
    yield JSON.stringify(event);
  }
}

/**
 * Puts a study into a store that `exportStudy` wrote. Every line is checked by itself and against those before it; then all of
 * it is stored, or nothing.
 *
 * @param store Where.
 * @param lines The lines; empty ones are passed over.
 * @param from What to call them in errors, such as the name of their file.
 * @returns The study.
 * @throws {RangeError} If a line is not as it should be or lacks, or the store has a study of this name.
 *
 * @example Usage
 * ```ts
 * import { importStudy, memoryStudyStore } from "@tare/eval/human";
 * import { assertRejects } from "@std/assert";
 *
 * const store = memoryStudyStore();
 * await assertRejects(() => importStudy(store, ["{}"], "tea.jsonl"), RangeError, "at tea.jsonl, line 1");
 * ```
 */
export async function importStudy(
  store: StudyStore,
  lines: Iterable<string> | AsyncIterable<string>,
  from = "study",
): Promise<Study> {
  const read = await linesOf(lines, from);
  const header = read[0];
  if (kindOf(header?.value) !== "study") {
    throw mismatch('a line of kind "study"', header?.value, header?.where ?? `${from}, line 1`);
  }
  const found = (header!.value as { readonly version?: unknown }).version;
  if (found !== version) throw mismatch(`version ${version}`, found, `${header!.where}, field version`);
  const taskLines = read.slice(1).filter(({ value }) => kindOf(value) === "task");
  const tasks = taskLines.map(({ value, where }) => taskOf(value, where));
  const study = { ...settingsOf(header!.value, header!.where), tasks };
  checkTasks(study, (i) => taskLines[i]!.where);
  const { state, add } = growing(study);
  const events: StudyEvent[] = [];
  for (const { value, where } of read.slice(1)) {
    if (kindOf(value) === "task") continue;
    const event = eventOf(value, where);
    const wrong = mistakeIn(state, event);
    if (wrong) {
      throw new RangeError(`Expected an event that follows from those before it but found ${wrong} at ${where}`);
    }
    add(event);
    events.push(event);
  }
  const expected = counts(header!.value, header!.where);
  for (const [what, found] of [["tasks", tasks.length], ["events", events.length]] as const) {
    const count = expected[what] ?? found;
    if (count !== found) {
      throw new RangeError(`Expected ${count} ${what} but found ${found} in ${from}: take a whole export`);
    }
  }
  if (await store.create(study, events)) return study;
  throw new RangeError(`Expected a new name but found a study called ${study.name} in the store: remove it first`);
}

/** Why an event cannot come next in a log; undefined if it can. */
function mistakeIn(state: StudyState, event: StudyEvent): string | undefined {
  const { task, annotator } = event;
  if (task >= state.study.tasks.length) return `task ${task} of ${state.study.tasks.length}`;
  const mine = state.annotators.get(annotator);
  const sight = mine?.sights.get(task);
  if (event.kind === "lease") {
    if (sight && (sight.handle !== event.handle || sight.left !== event.left)) {
      return "a task with another handle or side";
    }
    return mine?.votes.has(task) ? "a lease of a task that the annotator has voted on" : undefined;
  }
  if (!sight) return "a task that the annotator never got";
  if (event.kind === "undo") {
    const last = lastVote(state, annotator);
    return last?.id === event.id && last.task === task ? undefined : "an undo of another than the last vote";
  }
  if (state.cast.has(event.id)) return "a vote whose id was there before";
  if (event.left !== sight.left) return "a vote with another side";
  if (event.revision !== (mine?.revisions.get(task) ?? 0) + 1) return `revision ${event.revision} out of order`;
  if (event.revises !== mine?.votes.get(task)?.revision) return `a vote that revises ${event.revises ?? "none"}`;
  const votes = state.votes[task]!;
  return votes.has(annotator) || hasRoom(state.study, task, votes.size) ? undefined : "more votes than the overlap";
}

async function linesOf(lines: Iterable<string> | AsyncIterable<string>, from: string) {
  const read: { readonly value: unknown; readonly where: string }[] = [];
  let number = 0;
  for await (const line of lines) {
    const where = `${from}, line ${++number}`;
    if (line.trim() === "") continue;
    try {
      read.push({ value: JSON.parse(line), where });
    } catch {
      throw new RangeError(`Expected JSON but found ${JSON.stringify(line.slice(0, 60))} at ${where}`);
    }
  }
  return read;
}

function kindOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
}
